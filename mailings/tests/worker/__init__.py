"""What a real worker needs to run beside a test: the test's settings and a kind of letter it knows too."""
