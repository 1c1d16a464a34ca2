"""`export`: a trained model for other programs."""

from __future__ import annotations

import argparse

from scalearn_core.cli.predict import telling_first_seal
from scalearn_core.cli.progress import Progress
from scalearn_core.cli.usage import check_new_folder, writing_to


def export(args: argparse.Namespace) -> None:
    """Write the model as an adapter or as ONNX, or its encoder as a model folder."""
    check_new_folder(args.out)
    with telling_first_seal(args.model), Progress() as progress:
        progress.on_stage("loading")
        from scalearn_core.export.encoder import export_encoder
        from scalearn_core.scaling.model import ScaLearnModel

        model = ScaLearnModel.load(args.model)
        with writing_to(args.out):
            if args.format == "adapter":
                model.export_adapter(args.out)
            elif args.format == "onnx":
                model.export_onnx(args.out)
            else:
                export_encoder(model.encoder, args.out)
    message = f"Written to {args.out}"
    print(f"{message}." if args.format == "encoder" else f"{message}; its README.md says how to use it.")
