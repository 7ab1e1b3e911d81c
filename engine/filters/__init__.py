"""Filter expressions: read (`parse`), completed as they are typed (`completion`), tested on posts (`matching`)."""
