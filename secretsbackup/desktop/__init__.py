"""For a screen: tray, window, wizards. The only folder that knows Qt; it makes no sentence about a run."""
