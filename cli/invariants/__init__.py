"""What must always hold in a running system, and the code that looks whether it does. Changes nothing."""
