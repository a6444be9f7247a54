"""Two real browsers: what people see and do, from the tap to the end."""
