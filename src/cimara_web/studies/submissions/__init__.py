"""How a file of a site comes in, is unpacked, read, checked and reported on; never what stands in it."""
