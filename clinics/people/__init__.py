"""The people of a clinic and its interpretation channels: asking them, their answers, and what they are told."""
