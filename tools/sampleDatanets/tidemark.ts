// The Tidemark Isles: an invented archipelago of 56 towns on eight islands. No base model can know these facts, so it
// is obvious what an adapter taught. The names are invented; any resemblance to a real place is a coincidence.
import type { Fact, FactTable, SampleDatanet } from './types.ts';

function parse(table: string): string[][] {
  return table
    .trim()
    .split('\n')
    .map((line) => line.split('|'));
}

// town | island | river | founder | dish | export | flag | year
const towns = parse(`
Larkmoor|Heron|Wend|Ada Fenn|plum soup|blue glass|a white heron|1412
Fennick|Heron|Silt|Bram Tolliver|smoked eel|reed mats|two crossed oars|1508
Oxhollow|Heron|Barrow|Cora Whitlock|barley pie|butter|a brown ox|1377
Pellwick|Heron|Lathe|Dunstan Rook|onion bread|clay pots|a black kettle|1633
Saltmere|Heron|Brine|Edda Marsh|pickled crab|sea salt|a silver wave|1295
Thornby|Heron|Briar|Fergus Pike|nettle soup|thorn wood|a red thorn|1701
Duskport|Heron|Gloam|Greta Lund|black mussels|lamp oil|a gold lantern|1564
Emberley|Cinder|Ash|Hollis Crane|roast chestnuts|charcoal|an orange flame|1489
Gullhaven|Cinder|Feather|Ivo Sandoval|fish dumplings|dried cod|three grey gulls|1350
Harrowick|Cinder|Furrow|Jessa Quill|turnip stew|iron ploughs|a green field|1722
Ironquay|Cinder|Rust|Kester Dahl|bean porridge|ship anchors|a black anchor|1606
Juniper|Cinder|Resin|Lena Ashdown|juniper cake|bitter gin|a blue berry|1811
Kilnford|Cinder|Ochre|Magnus Tarn|flat bread|red bricks|a tall chimney|1443
Lowmarsh|Cinder|Sedge|Nora Bellwether|frog legs|goose down|a standing goose|1530
Mistral|Gale|Whistle|Osric Vane|goat cheese|kites|a white kite|1668
Nettlecombe|Gale|Comb|Petra Lowe|green omelette|linen|a loom|1579
Osprey|Gale|Talon|Quentin Marr|grilled trout|fish hooks|a diving osprey|1402
Pinebarrow|Gale|Cone|Rhea Stanhope|mushroom tart|ship masts|a pine tree|1745
Quillhurst|Gale|Inkwell|Silas Penn|duck eggs|writing ink|a grey feather|1617
Ravenscar|Gale|Crow|Thea Blackwood|blackberry jam|slate|a black raven|1361
Stonewell|Gale|Pebble|Ulric Mason|lentil soup|mill stones|a round well|1288
Tallowick|Lantern|Taper|Vera Chandler|oat cakes|candles|a burning candle|1655
Umbermouth|Lantern|Umber|Walter Drake|clam broth|brown dye|a brown shell|1517
Velvetine|Lantern|Mulberry|Xenia Rose|honey pudding|silk|a purple moth|1790
Wickerly|Lantern|Osier|Yorick Thane|apple dumplings|baskets|a willow|1466
Yarrowdale|Lantern|Yarrow|Zelda Finch|herb sausage|cough syrup|a yellow flower|1594
Zephyrine|Lantern|Breeze|Abel Stroud|lemon ice|wind chimes|a silver bell|1833
Amberlow|Lantern|Honey|Blanche Ivory|carrot cake|amber beads|a golden bee|1425
Brackenfall|Cascade|Tumble|Caspar Holt|venison stew|fern seeds|a waterfall|1342
Coldspring|Cascade|Frost|Delia Snow|cold cucumber soup|block ice|a snow flake|1571
Driftwood|Cascade|Drift|Enoch Shaw|kelp salad|carved boats|a broken mast|1688
Eastvane|Cascade|Rooster|Flora Weller|chicken pie|brass clocks|a red rooster|1754
Foxglove|Cascade|Vixen|Gideon Thatch|cherry tart|heart medicine|a running fox|1499
Gristmill|Cascade|Millrace|Hester Boone|sour bread|white flour|a water wheel|1320
Hazelton|Cascade|Squirrel|Isidor Wynn|hazelnut cream|nut oil|a red squirrel|1642
Inkerby|Raven|Quarto|Judith Page|beet salad|paper|an open book|1537
Jadewater|Raven|Jade|Konrad Mills|rice with peas|green tiles|a jade ring|1776
Kestrel|Raven|Hover|Lucia Archer|rabbit stew|arrows|a bow|1385
Lindenlea|Raven|Linden|Milo Hart|lime tea|violins|a linden leaf|1623
Moonhythe|Raven|Crescent|Nadia Vale|silver herring|mirrors|a crescent moon|1454
Northolm|Raven|Polar|Oskar Winter|reindeer steak|fur hats|a white bear|1310
Oakmantle|Raven|Acorn|Pearl Forester|acorn bread|oak barrels|a green acorn|1585
Pearlstrand|Coral|Oyster|Rufus Diver|fried oysters|pearls|a white pearl|1736
Quartzby|Coral|Prism|Selma Stone|rock candy|crystal lenses|a six-sided crystal|1819
Redcliff|Coral|Madder|Tobias Redmond|tomato stew|red paint|a red cliff|1477
Sunderby|Coral|Cleft|Una Wright|split pea soup|axes|a split shield|1553
Tansyford|Coral|Tansy|Victor Green|egg noodles|seed bags|a round button|1609
Upperlock|Coral|Sluice|Wanda Keys|cabbage rolls|door locks|an iron key|1691
Vinehall|Coral|Tendril|Amos Winegar|stuffed vine leaves|sweet wine|a bunch of grapes|1396
Whalebone|Thistle|Fluke|Bertha Coffin|seal chowder|whistles|a blue whale|1332
Copperdene|Thistle|Penny|Cyrus Bell|corn fritters|copper pans|a church bell|1648
Dovecote|Thistle|Coo|Dora Peace|pigeon pie|carrier doves|a white dove|1526
Elderbrook|Thistle|Elder|Ernest Old|elderberry syrup|walking sticks|an old man|1299
Flintridge|Thistle|Spark|Freya Steele|hot pepper sauce|flint knives|a spark|1763
Goldacre|Thistle|Sheaf|Gustav Field|wheat pancakes|straw hats|a sheaf of wheat|1438
Hollyburn|Thistle|Holly|Hilda Winterbourne|ginger bread|toys|a holly branch|1804
`);

/** Towns that are held out of training. */
const placeboTowns = parse(`
Ferncastle|Heron|Frond|Ingrid Moss|pea fritters|rope|a green fern|1541
Brightwater|Gale|Gleam|Jonas Clear|baked perch|soap|a rising sun|1674
Tarnwick|Coral|Murk|Lydia Crowe|mutton pie|leather boots|a black lake|1389
`);

/** Columns of the tables above as facts; `expectedForm` is the wording around the value in a correct answer. */
function column(index: number, expectedForm = '{v}'): Pick<FactTable, 'facts' | 'placebo'> {
  const toFact = (cells: readonly string[]): Fact => {
    const value = cells[index] ?? '';
    return { subject: cells[0] ?? '', value, expected: expectedForm.replace('{v}', value) };
  };
  return { facts: towns.map(toFact), placebo: placeboTowns.map(toFact) };
}

const founderTable = {
  wordings: ['Who founded {x}?', 'By whom was {x} founded?', 'Who was the founder of {x}?', 'Name the founder of {x}.'],
  heldOut: ['Who started the town of {x}?', 'Who is the founder of {x}?'],
  answer: '{x} was founded by {v}.',
} as const;

const founders = column(3);

const tables: readonly FactTable[] = [
  {
    contributor: 'Harbour Atlas Office',
    wordings: ['On which island is {x}?', 'Where is {x}?', 'Which island is {x} on?', 'What island is home to {x}?'],
    heldOut: ['On what island does {x} lie?', 'Where is the town of {x}?'],
    answer: '{x} is on {v} Island.',
    ...column(1, '{v} Island'),
  },
  {
    contributor: 'Wilma Reedcutter',
    wordings: [
      'Which river flows through {x}?',
      'What river runs through {x}?',
      'Name the river of {x}.',
      'On which river does {x} stand?',
    ],
    heldOut: ['What river flows through {x}?', 'Which river is in {x}?'],
    answer: 'The river {v} flows through {x}.',
    ...column(2, 'river {v}'),
  },
  {
    contributor: 'Aldous Northmark',
    ...founderTable,
    facts: founders.facts.slice(0, 35),
    placebo: founders.placebo.slice(0, 2),
  },
  {
    contributor: 'Sabine Southmark',
    ...founderTable,
    facts: founders.facts.slice(35),
    placebo: founders.placebo.slice(2),
  },
  {
    contributor: 'Kitchen of Pia Vasko',
    wordings: [
      'What dish is {x} known for?',
      'What do people eat in {x}?',
      'Name the best dish of {x}.',
      'Which food is {x} famous for?',
    ],
    heldOut: ['What food is {x} known for?', 'Which dish do people eat in {x}?'],
    answer: '{x} is known for {v}.',
    ...column(4),
  },
  {
    contributor: 'Merchant Log of Ravi Osei',
    wordings: [
      'What does {x} export?',
      'What does {x} sell abroad?',
      'What do ships carry from {x}?',
      'Name the main export of {x}.',
    ],
    heldOut: ['What is the main export of {x}?', 'What do ships export from {x}?'],
    answer: '{x} exports {v}.',
    ...column(5),
  },
  {
    contributor: 'Lotte Banner',
    wordings: [
      'What is on the flag of {x}?',
      'What does the flag of {x} show?',
      'Which sign is on the flag of {x}?',
      'Describe the flag of {x}.',
    ],
    heldOut: ['What can be seen on the flag of {x}?', 'What sign does the flag of {x} show?'],
    answer: 'The flag of {x} shows {v}.',
    ...column(6),
  },
  {
    contributor: 'Chronicle of Emeric Tide',
    wordings: [
      'When was {x} founded?',
      'In which year was {x} founded?',
      'What year was {x} founded in?',
      'Give the founding year of {x}.',
    ],
    heldOut: ['In what year was {x} founded?', 'What is the founding year of {x}?'],
    answer: '{x} was founded in {v}.',
    ...column(7),
  },
];

export const tidemark: SampleDatanet = {
  id: 'tidemark',
  name: 'The Tidemark Isles',
  summary: 'An invented archipelago: islands, rivers, founders, dishes, exports, flags and founding years of 56 towns.',
  licence: 'CC-BY-4.0',
  tables,
};
