"""Studies of a trained model that take more than a moment: each is a run of its own.

    sources         which sources help: each alone, each left out, added one at a time, overlap, strengths
    ladder          what each further step costs and brings, from the plain classifier to full fine-tuning
    seeds           which scales repeat when the training is repeated
    learning_curve  what more labelled documents would bring
    cross_validation  the score where the test documents are few: every document tested, in turns

A study is a function `study(trained_model, on_progress)`; the record that it returns (`records/studies.py`,
`records/sources.py`) stands in the model's `result.json` under `studies`.
"""

STUDIES = ("sources", "ladder", "seeds", "learning_curve", "cross_validation")
"""Each is the function `study` of the module of its name."""
TRAINS_AGAIN = ("ladder", "seeds", "learning_curve", "cross_validation")
"""Those that repeat the training, which says nothing of a model whose scales were set by hand."""
