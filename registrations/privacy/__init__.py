"""What is held about one person: shown, downloaded, erased."""
