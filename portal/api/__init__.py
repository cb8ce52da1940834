"""The shell of programs' interfaces: tokens, answers given once, JSON that is checked, OpenAPI."""
