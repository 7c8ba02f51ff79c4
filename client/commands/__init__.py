"""One file for each noun; `COMMANDS` of a file join the program."""
