"""What a run says, before it is put into words."""
