"""Where papers are made: typst and pyHanko in a process of their own, which waits for the next."""
