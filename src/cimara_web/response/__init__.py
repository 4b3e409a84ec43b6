"""The response workbench, the RANO-LM form and the endpoint definitions: pages that keep nothing."""
