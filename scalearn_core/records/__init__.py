"""What a training, a study, a forecast, an evaluation leave behind: plain values that any floor may read."""
