"""The steps of a walk: a module for each class of requests, which sends one and judges the answer by the model."""
