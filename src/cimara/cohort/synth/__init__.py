"""An invented consortium whose true effects are known: patients, export files, and errors planted in them."""
