"""What is recommended to whom, as it was computed: stored, told of where it changed, and read when it is shown."""
