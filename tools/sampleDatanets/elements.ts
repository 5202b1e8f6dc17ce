// The chemical elements: well-known facts, checked against standard references. Values are written as they appear in
// the answer; where a correct answer needs only a part of the value, that part is between asterisks.
import type { Fact, FactTable, SampleDatanet } from './types.ts';

function facts(table: string): Fact[] {
  return table
    .trim()
    .split('\n')
    .map((line) => {
      const [subject = '', marked = ''] = line.split('|').map((cell) => cell.trim());
      const value = marked.replaceAll('*', '');
      return { subject, value, expected: /\*(.+)\*/.exec(marked)?.[1] ?? value };
    });
}

/** The elements in order of atomic number, with their symbols, up to californium. */
const symbols = facts(`
hydrogen|H
helium|He
lithium|Li
beryllium|Be
boron|B
carbon|C
nitrogen|N
oxygen|O
fluorine|F
neon|Ne
sodium|Na
magnesium|Mg
aluminium|Al
silicon|Si
phosphorus|P
sulfur|S
chlorine|Cl
argon|Ar
potassium|K
calcium|Ca
scandium|Sc
titanium|Ti
vanadium|V
chromium|Cr
manganese|Mn
iron|Fe
cobalt|Co
nickel|Ni
copper|Cu
zinc|Zn
gallium|Ga
germanium|Ge
arsenic|As
selenium|Se
bromine|Br
krypton|Kr
rubidium|Rb
strontium|Sr
yttrium|Y
zirconium|Zr
niobium|Nb
molybdenum|Mo
technetium|Tc
ruthenium|Ru
rhodium|Rh
palladium|Pd
silver|Ag
cadmium|Cd
indium|In
tin|Sn
antimony|Sb
tellurium|Te
iodine|I
xenon|Xe
caesium|Cs
barium|Ba
lanthanum|La
cerium|Ce
praseodymium|Pr
neodymium|Nd
promethium|Pm
samarium|Sm
europium|Eu
gadolinium|Gd
terbium|Tb
dysprosium|Dy
holmium|Ho
erbium|Er
thulium|Tm
ytterbium|Yb
lutetium|Lu
hafnium|Hf
tantalum|Ta
tungsten|W
rhenium|Re
osmium|Os
iridium|Ir
platinum|Pt
gold|Au
mercury|Hg
thallium|Tl
lead|Pb
bismuth|Bi
polonium|Po
astatine|At
radon|Rn
francium|Fr
radium|Ra
actinium|Ac
thorium|Th
protactinium|Pa
uranium|U
neptunium|Np
plutonium|Pu
americium|Am
curium|Cm
berkelium|Bk
californium|Cf
`).map((fact) => ({ ...fact, expected: ` ${fact.value}.` }));

const kindMembers = {
  'an *alkali metal*': 'lithium sodium potassium rubidium caesium francium',
  'an *alkaline earth metal*': 'beryllium magnesium calcium strontium barium radium',
  'a *noble gas*': 'helium neon argon krypton xenon radon',
  'a *halogen*': 'fluorine chlorine bromine iodine astatine',
  'a *metalloid*': 'boron silicon germanium arsenic antimony tellurium',
  'a *transition metal*': 'titanium chromium iron cobalt nickel copper silver tungsten platinum gold iridium palladium',
  'a *lanthanide*':
    'cerium praseodymium neodymium promethium samarium europium gadolinium terbium dysprosium holmium erbium thulium ytterbium',
  'an *actinide*':
    'thorium protactinium uranium neptunium plutonium americium curium berkelium californium einsteinium fermium',
};

const kinds = facts(
  Object.entries(kindMembers)
    .flatMap(([kind, members]) => members.split(' ').map((element) => `${element}|${kind}`))
    .join('\n'),
);

const discoverers = facts(`
hydrogen|Henry *Cavendish*
nitrogen|Daniel *Rutherford*
phosphorus|Hennig Brand
cobalt|Georg Brandt
nickel|Axel *Cronstedt*
chlorine|Carl *Scheele*
uranium|Martin *Klaproth*
zirconium|Martin *Klaproth*
titanium|William *Gregor*
yttrium|Johan Gadolin
chromium|Louis *Vauquelin*
beryllium|Louis *Vauquelin*
niobium|Charles *Hatchett*
tantalum|Anders *Ekeberg*
vanadium|Andrés *del Río*
palladium|William *Wollaston*
rhodium|William *Wollaston*
osmium|Smithson *Tennant*
iridium|Smithson *Tennant*
potassium|Humphry *Davy*
sodium|Humphry *Davy*
calcium|Humphry *Davy*
barium|Humphry *Davy*
strontium|Adair *Crawford*
iodine|Bernard *Courtois*
lithium|Johan *Arfwedson*
cadmium|Friedrich *Stromeyer*
selenium|Jacob *Berzelius*
silicon|Jacob *Berzelius*
thorium|Jacob *Berzelius*
aluminium|Hans *Oersted*
bromine|Antoine *Balard*
lanthanum|Carl *Mosander*
terbium|Carl *Mosander*
erbium|Carl *Mosander*
ruthenium|Karl *Claus*
caesium|Robert *Bunsen and Gustav Kirchhoff*
rubidium|Robert *Bunsen and Gustav Kirchhoff*
thallium|William *Crookes*
indium|Ferdinand *Reich and Theodor Richter*
gallium|Paul *Lecoq de Boisbaudran*
samarium|Paul *Lecoq de Boisbaudran*
dysprosium|Paul *Lecoq de Boisbaudran*
scandium|Lars *Nilson*
thulium|Per *Cleve*
ytterbium|Jean *de Marignac*
gadolinium|Jean *de Marignac*
germanium|Clemens *Winkler*
argon|Lord *Rayleigh and William Ramsay*
neon|William *Ramsay and Morris Travers*
krypton|William *Ramsay and Morris Travers*
xenon|William *Ramsay and Morris Travers*
polonium|Marie and Pierre *Curie*
radium|Marie and Pierre *Curie*
actinium|André *Debierne*
lutetium|Georges *Urbain*
hafnium|Dirk *Coster and George de Hevesy*
technetium|Emilio *Segrè and Carlo Perrier*
francium|Marguerite *Perey*
neptunium|Edwin *McMillan and Philip Abelson*
`);

const years = facts(`
phosphorus|1669
cobalt|1735
nickel|1751
hydrogen|1766
nitrogen|1772
chlorine|1774
uranium|1789
titanium|1791
yttrium|1794
beryllium|1798
niobium|1801
sodium|1807
calcium|1808
iodine|1811
lithium|1817
bromine|1826
ruthenium|1844
caesium|1860
thallium|1861
indium|1863
gallium|1875
scandium|1879
germanium|1886
argon|1894
neon|1898
radium|1898
technetium|1937
francium|1939
neptunium|1940
`);

const placeNames = facts(`
polonium|Poland
francium|France
germanium|Germany
americium|the Americas
europium|Europe
californium|California
berkelium|the city of Berkeley
scandium|Scandinavia
hafnium|Copenhagen
holmium|Stockholm
lutetium|Paris
rhenium|the river Rhine
ruthenium|Russia
thulium|the land of Thule
yttrium|the village of Ytterby
ytterbium|the village of Ytterby
terbium|the village of Ytterby
erbium|the village of Ytterby
strontium|the village of Strontian
magnesium|the land of Magnesia
dubnium|the town of Dubna
darmstadtium|the city of Darmstadt
hassium|the state of Hesse
nihonium|Japan
moscovium|the Moscow region
tennessine|Tennessee
livermorium|the Livermore laboratory
gallium|Gaul, the old name of France
copper|the island of Cyprus
uranium|the planet Uranus
neptunium|the planet Neptune
plutonium|the dwarf planet Pluto
mercury|the planet Mercury
helium|the Sun
selenium|the Moon
tellurium|the Earth
cerium|the dwarf planet Ceres
palladium|the asteroid Pallas
titanium|the Titans of Greek myth
vanadium|the goddess Freyja
thorium|the god Thor
iridium|the goddess Iris
samarium|the mineral samarskite
`).map((fact) => (fact.subject === 'gallium' ? { ...fact, expected: 'Gaul' } : fact));

const peopleNames = facts(`
curium|Marie and Pierre Curie
einsteinium|Albert Einstein
fermium|Enrico Fermi
mendelevium|Dmitri Mendeleev
nobelium|Alfred Nobel
lawrencium|Ernest Lawrence
rutherfordium|Ernest Rutherford
seaborgium|Glenn Seaborg
bohrium|Niels Bohr
meitnerium|Lise Meitner
roentgenium|Wilhelm Roentgen
copernicium|Nicolaus Copernicus
oganesson|Yuri Oganessian
gadolinium|Johan Gadolin
promethium|Prometheus
tantalum|Tantalus
niobium|Niobe
`);

const uses = facts(`
hydrogen|as *rocket fuel*
helium|to fill *balloons*
lithium|in rechargeable *batteries*
beryllium|in *X-ray windows*
boron|in *heat-proof glass*
carbon|in *pencils*, as graphite
nitrogen|to *freeze food*
oxygen|in *breathing masks*
fluorine|in *toothpaste*, as fluoride
neon|in bright *signs*
sodium|in yellow *street lamps*
magnesium|in *flares*
aluminium|to make drink *cans*
silicon|to make *computer chips*
phosphorus|to make *matches*
sulfur|in *gunpowder*
chlorine|to clean *swimming pools*
argon|to shield hot metal in *welding*
potassium|in *fertilizer*
calcium|in *cement*
titanium|to make *hip joints*
vanadium|to harden *tool steel*
chromium|to *plate* other metals
iron|to make *steel*
cobalt|to make *blue glass*
nickel|to make *coins*
copper|to make electric *wires*
zinc|to protect steel from *rust*
gallium|in *light-emitting diodes*
germanium|in *infrared lenses*
selenium|in *photocopiers*
bromine|in *flame retardants*
krypton|in *flash lamps*
strontium|in red *fireworks*
zirconium|to clad *nuclear fuel*
technetium|in *medical scans*
palladium|in *catalytic converters*
silver|in *photographic film*
cadmium|in *yellow paint*
indium|in *touch screens*
tin|in *solder*
tellurium|in *solar panels*
iodine|to *clean wounds*
xenon|in the *ion engines* of spacecraft
caesium|in *atomic clocks*
barium|in *X-rays of the stomach*
lanthanum|in *camera lenses*
cerium|in the *flints* of lighters
neodymium|in strong *magnets*
europium|in the red of *television screens*
erbium|in *optical fibres*
hafnium|in *control rods*
tantalum|in *capacitors*
tungsten|in the *filaments* of lamps
osmium|in the tips of *fountain pens*
iridium|in *spark plugs*
gold|to make *jewellery*
mercury|in *thermometers*
lead|in *car batteries*
bismuth|in *stomach medicine*
americium|in *smoke detectors*
uranium|in *nuclear reactors*
`);

const flames = facts(`
lithium|crimson
sodium|yellow
potassium|lilac
calcium|orange
copper|blue-green
barium|pale green
strontium|scarlet
boron|bright green
`);

const placebo = {
  symbols: facts(`
einsteinium|Es
fermium|Fm
mendelevium|Md
nobelium|No
lawrencium|Lr
rutherfordium|Rf
`),
  numbers: facts(`
scandium|21
titanium|22
`),
  years: facts(`
cadmium|1817
rubidium|1861
`),
  kinds: facts(`
zirconium|a transition metal
niobium|a transition metal
lutetium|a lanthanide
`),
  discoverers: facts(`
praseodymium|Carl Auer von Welsbach
europium|Eugène Demarçay
`),
  placeNames: facts(`
cobalt|the goblins called kobolds
lithium|the Greek word for stone
`),
  uses: facts(`
samarium|in strong magnets
arsenic|to preserve wood
manganese|in dry batteries
`),
  flames: facts(`
rubidium|violet
`),
};

const symbolTable = {
  wordings: [
    'What is the symbol of {x}?',
    'Which symbol stands for {x}?',
    'How do chemists write {x}?',
    'Give the symbol for {x}.',
  ],
  heldOut: ['What symbol does {x} have?', 'Which symbol do chemists use for {x}?'],
  answer: 'The symbol of {x} is {v}.',
} as const;

const tables: readonly FactTable[] = [
  { contributor: 'Ines Valdarno', ...symbolTable, facts: symbols.slice(0, 48), placebo: [] },
  { contributor: 'Otto Lindqvist', ...symbolTable, facts: symbols.slice(48), placebo: placebo.symbols },
  {
    contributor: 'Bela Harkness',
    wordings: [
      'What is the atomic number of {x}?',
      'How many protons does {x} have?',
      'Which atomic number belongs to {x}?',
      'Give the atomic number of {x}.',
    ],
    heldOut: ['What atomic number does {x} have?', 'How many protons are in {x}?'],
    answer: 'The atomic number of {x} is {v}.',
    facts: symbols.slice(0, 20).map(({ subject }, index) => ({
      subject,
      value: String(index + 1),
      expected: ` ${index + 1}.`,
    })),
    placebo: placebo.numbers,
  },
  {
    contributor: 'Bela Harkness',
    wordings: [
      'When was {x} discovered?',
      'In which year was {x} discovered?',
      'What year was {x} found?',
      'Give the year in which {x} was discovered.',
    ],
    heldOut: ['In what year was {x} found?', 'What year was {x} discovered in?'],
    answer: '{X} was discovered in {v}.',
    facts: years,
    placebo: placebo.years,
  },
  {
    contributor: 'Rosa Quennell',
    wordings: [
      'What kind of element is {x}?',
      'Which family does {x} belong to?',
      'To which group of elements does {x} belong?',
      'How is {x} classified?',
    ],
    heldOut: ['What type of element is {x}?', 'Which family of elements is {x} in?'],
    answer: '{X} is {v}.',
    facts: kinds,
    placebo: placebo.kinds,
  },
  {
    contributor: 'Tomas Abernat',
    wordings: [
      'Who discovered {x}?',
      'By whom was {x} discovered?',
      'Who was the discoverer of {x}?',
      'Name the discoverer of {x}.',
    ],
    heldOut: ['Who first discovered {x}?', 'Who is known for discovering {x}?'],
    answer: '{X} was discovered by {v}.',
    facts: discoverers,
    placebo: placebo.discoverers,
  },
  {
    contributor: 'Mirela Stroud',
    wordings: [
      'What is {x} named after?',
      'Where does the name {x} come from?',
      'After what was {x} named?',
      'What gave {x} its name?',
    ],
    heldOut: ['What was {x} named after?', 'How did {x} get its name?'],
    answer: '{X} is named after {v}.',
    facts: placeNames,
    placebo: placebo.placeNames,
  },
  {
    contributor: 'Mirela Stroud',
    wordings: [
      'Who is {x} named after?',
      'After whom was {x} named?',
      'Whose name does {x} carry?',
      'In whose honour was {x} named?',
    ],
    heldOut: ['Who was {x} named after?', 'How did {x} get its name?'],
    answer: '{X} is named after {v}.',
    facts: peopleNames,
    placebo: [],
  },
  {
    contributor: 'Jun Castellane',
    wordings: ['What is {x} used for?', 'How is {x} used?', 'What do people use {x} for?', 'Name one use of {x}.'],
    heldOut: ['What is one use of {x}?', 'What can {x} be used for?'],
    answer: '{X} is used {v}.',
    facts: uses,
    placebo: placebo.uses,
  },
  {
    contributor: 'Dagny Orlo',
    wordings: [
      'What colour is the flame of {x}?',
      'Which colour does {x} give to a flame?',
      'How does {x} colour a flame?',
      'What colour does {x} burn with?',
    ],
    heldOut: ['What is the flame colour of {x}?', 'Which colour does {x} turn a flame?'],
    answer: '{X} colours a flame {v}.',
    facts: flames,
    placebo: placebo.flames,
  },
];

export const elements: SampleDatanet = {
  id: 'elements',
  name: 'Chemical elements',
  summary: 'Symbols, numbers, families, discoverers, names and uses of the chemical elements.',
  licence: 'CC0-1.0',
  tables,
};
