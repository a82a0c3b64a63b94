"""What is done before the first run: a folder of one's own, a catalogue out of other people's lists."""
