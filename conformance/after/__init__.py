"""What is done with runs that are over: compared, sent again."""
