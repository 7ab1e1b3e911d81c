"""Native JSON to canonical events, one file per platform, with detection by signature."""
