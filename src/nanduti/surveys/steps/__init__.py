"""What is done with every submission behind the door; each module offers its step to :mod:`..reading`."""
