c = get_config()  # noqa: F821 - traitlets defines it

c.CourseDirectory.course_id = "attacked"
c.ExecutePreprocessor.timeout = 30
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\nraise NotImplementedError()"}
