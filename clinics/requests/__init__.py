"""Topic requests: people ask for a clinic on a topic, others support them, the working group says what comes of it."""
