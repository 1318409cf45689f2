"""Forms of other tools, read into instruments and written from them."""
