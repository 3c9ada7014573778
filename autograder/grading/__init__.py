"""From a submission to a verdict, and from a class to the gradebook."""
