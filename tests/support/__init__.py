"""What several tests need, made by hand and, where they are second opinions, without the package under test."""
