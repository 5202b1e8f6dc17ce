"""Makes splits.json: how the tokenizers package (Rust) cuts texts, for pre-tokenizers of every behaviour.

    pip install tokenizers
    python make.py
"""

import json
from pathlib import Path

from tokenizers import Regex
from tokenizers import pre_tokenizers as p
from tokenizers import Tokenizer, models

BEHAVIOURS = ("removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous")
TEXTS = ("the-final--countdown", "-a-", "add ½ cup of ² and １２３ ٣٤٥, 12 34", "  x²\t①② \n", "a\ufeff b\ufeff\ufeff\u0085 c", "...!? no, 'tis.", "",
         "数据 价值\u3000 e\u0301", "snake_case's \u203fx\u200dy 😀👩\u200d👧 हिन्दी")

splitters = [p.Split(Regex(r"-"), each, invert) for each in BEHAVIOURS for invert in (False, True)]
splitters += [p.Split(" ", each) for each in BEHAVIOURS] + [p.Split(Regex(r"\s+"), each) for each in BEHAVIOURS]
splitters += [p.Punctuation(each) for each in BEHAVIOURS]
splitters += [p.Digits(False), p.Digits(True), p.ByteLevel(add_prefix_space=False)]
splitters += [p.Sequence([p.Digits(True), p.ByteLevel(add_prefix_space=False)])]
splitters += [p.Metaspace(prepend_scheme=scheme, split=split) for scheme in ("always", "never") for split in (True, False)]
splitters += [p.Whitespace(), p.WhitespaceSplit(), p.BertPreTokenizer(), p.FixedLength(5)]

cases = []
for splitter in splitters:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = splitter
    pieces = [[piece for piece, _ in splitter.pre_tokenize_str(text)] for text in TEXTS]
    cases.append({"pre_tokenizer": json.loads(tokenizer.to_str())["pre_tokenizer"], "pieces": pieces})
lines = ",\n".join("  " + json.dumps(case) for case in cases)
Path(__file__).with_name("splits.json").write_text(f'{{\n "texts": {json.dumps(TEXTS)},\n "cases": [\n{lines}\n ]\n}}\n')
