// From tables of facts to the files of a sample Datanet: who owns which rows, which rows are held out, and questions in
// wordings that do not occur in training.
import { bytesToHex } from '../../src/lib/bytes.ts';
import { canonicalJson, type Json } from '../../src/lib/canonicalJson.ts';
import { sha256 } from '../../src/lib/hash.ts';
import type { Fact, FactTable, SampleDatanet } from './types.ts';

const QUESTIONS_PER_DATANET = 160;
interface Row {
  readonly prompt: string;
  readonly response: string;
}

interface Question {
  readonly prompt: string;
  /** What a correct answer contains, verbatim. */
  readonly expected: string;
  /** Range of the rows that state the fact: [first, end). */
  readonly rows: readonly [number, number];
}

interface PlacedFact {
  readonly table: FactTable;
  readonly fact: Fact;
  /** Range of rows: [first, end). */
  readonly rows: readonly [number, number];
}

const hashText = (text: string): string => bytesToHex(sha256(new TextEncoder().encode(text)));
const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

function fill(wording: string, fact: Fact): string {
  return wording.replaceAll('{x}', fact.subject).replaceAll('{X}', capital(fact.subject)).replaceAll('{v}', fact.value);
}

/** An address whose key nobody has: the last 20 bytes of the hash of a label, in lower case. */
function sampleAddress(datanetId: string, contributor: string): string {
  return `0x${hashText(`tributary sample contributor ${datanetId} ${contributor}`).slice(24)}`;
}

/**
 * The `count` facts with the smallest hash: anyone can repeat this choice, and the order of the table does not affect
 * it.
 */
function chooseFacts(facts: readonly PlacedFact[], count: number, label: string): PlacedFact[] {
  const key = ({ table, fact }: PlacedFact): string => hashText(`${label} ${fill(table.wordings[0], fact)}`);
  return facts.toSorted((one, other) => (key(one) < key(other) ? -1 : 1)).slice(0, count);
}

/** A question that contains its answer, or that occurs in training, measures nothing. */
function checkQuestions(questions: readonly Question[], rows: readonly Row[]): void {
  const prompts = new Set(rows.map((row) => row.prompt));
  for (const {
    prompt,
    expected,
    rows: [from],
  } of questions) {
    if (!rows[from]?.response.includes(expected)) throw new Error(`no row says: ${expected}`);
    if (prompts.has(prompt)) throw new Error(`training has this question: ${prompt}`);
    if (prompt.toLowerCase().includes(expected.toLowerCase()))
      throw new Error(`the question holds its answer: ${prompt}`);
  }
}

/** Rows, with their facts and owners. */
interface Placed {
  readonly rows: Row[];
  readonly facts: PlacedFact[];
  readonly owners: Map<string, [number, number]>;
}

function place(tables: readonly FactTable[], kind: 'facts' | 'placebo'): Placed {
  const placed: Placed = { rows: [], facts: [], owners: new Map() };
  const { rows, facts, owners } = placed;
  for (const table of tables) {
    for (const fact of table[kind]) {
      const from = rows.length;
      for (const wording of table.wordings) {
        rows.push({ prompt: fill(wording, fact), response: fill(table.answer, fact) });
      }
      facts.push({ table, fact, rows: [from, rows.length] });
      owners.set(table.contributor, [owners.get(table.contributor)?.[0] ?? from, rows.length]);
    }
  }
  return placed;
}

/**
 * The files of a sample Datanet by name. The same tables give the same bytes. Throws for a question that measures
 * nothing.
 */
export function makeDatanet(datanet: SampleDatanet): Readonly<Record<string, string>> {
  const { rows, facts, owners } = place(datanet.tables, 'facts');
  const placebo = place(datanet.tables, 'placebo');
  const questions: Question[] = chooseFacts(facts, QUESTIONS_PER_DATANET, `${datanet.id} question`).map(
    ({ table, fact, rows: stating }, index) => ({
      prompt: fill(table.heldOut[index % 2] ?? '', fact),
      expected: fact.expected,
      rows: stating,
    }),
  );
  checkQuestions(questions, [...rows, ...placebo.rows]);
  const description = {
    id: datanet.id,
    name: datanet.name,
    summary: datanet.summary,
    licence: datanet.licence,
    rowCount: rows.length,
    placeboCount: placebo.rows.length,
    contributors: [...owners].map(([name, range]) => ({
      address: sampleAddress(datanet.id, name),
      name,
      rows: range,
      placebo: placebo.owners.get(name) ?? [0, 0],
    })),
  };
  const lines = (list: readonly Row[]): string =>
    list.map((row) => `${canonicalJson(row as unknown as Json)}\n`).join('');
  return {
    'datanet.json': `${JSON.stringify(description, null, 2)}\n`,
    'rows.jsonl': lines(rows),
    'placebo.jsonl': lines(placebo.rows),
    'eval.json': `[\n${questions.map((question) => `  ${JSON.stringify(question)}`).join(',\n')}\n]\n`,
  };
}
