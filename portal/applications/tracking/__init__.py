"""Following an application: by its reference and a code without an account, on paper, ahead."""
