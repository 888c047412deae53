"""What each command does, whole: from files to files. The command line only parses and prints."""
