"""What coordinator and sites say to each other, and the one form in which it travels."""
