"""What every station uses: problems told to people, YAML with line numbers, files written whole."""
