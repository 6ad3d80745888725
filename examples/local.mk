# Programs that people would run.
