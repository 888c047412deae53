"""Figures that stay right when the coder errs: shares, differences and regressions, corrected by an audit."""
