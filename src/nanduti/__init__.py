"""Nanduti: the open platform on which SME cluster development and cluster-twinning programmes are run."""

__version__ = "0.1.0"
