// Mutation tests for the contracts: applies one small fault at a time to a copy and runs the suite, which must fail.
// Prints one line per fault and exits 1 if one survives. Takes minutes; not part of `npm test`.
//
//   node tools/run.mjs tools/mutateContracts.ts [name]
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

const faults: readonly { readonly name: string; readonly file: string; readonly from: string; readonly to: string }[] =
  [
    {
      name: 'remainder of the split is lost',
      file: 'libraries/FeeSplit.sol',
      from: 'amount - parts.protocol - parts.attestors - parts.owner - parts.collector',
      to: 'amount * (BPS - PROTOCOL_BPS - ATTESTOR_BPS - COLLECTOR_BPS - ownerBps) / BPS',
    },
    {
      name: 'any total may be proposed',
      file: 'RewardsDistributor.sol',
      from: 'if (total != expected) revert WrongTotal(total, expected);',
      to: '',
    },
    {
      name: 'a leaf can be claimed twice',
      file: 'RewardsDistributor.sol',
      from: 'claimed[account] = cumulative;',
      to: '',
    },
    { name: 'a proposal locks no bond', file: 'RewardsDistributor.sol', from: 'who.locked += required;', to: '' },
    {
      name: 'a lost bond is not taken',
      file: 'RewardsDistributor.sol',
      from: '_attestors[root.proposer].bonded -= root.bond;',
      to: '',
    },
    {
      name: 'funded epochs can be skipped',
      file: 'RewardsDistributor.sol',
      from: 'if (!_funded.isEmptyBetween(nextEpoch, epoch)) revert EpochSkipped(epoch, nextEpoch);',
      to: '',
    },
    {
      name: 'a voucher can be collected again',
      file: 'InferenceEscrow.sol',
      from: 'channel.collected += amount;',
      to: '',
    },
    {
      name: 'a signature does not say whose it is',
      file: 'types/Voucher.sol',
      from: '            voucher.signer,\n',
      to: '            voucher.payer,\n',
    },
    {
      name: 'all signers of a payer share one channel',
      file: 'InferenceEscrow.sol',
      from: 'channels[voucher.payer][signer]',
      to: 'channels[voucher.payer][voucher.payer]',
    },
    {
      name: 'a thaw is not used up',
      file: 'InferenceEscrow.sol',
      from: 'account.thawing = 0;\n        account.thawEnd = 0;\n        totalBalances',
      to: 'totalBalances',
    },
    {
      name: 'a withdrawal need not wait',
      file: 'InferenceEscrow.sol',
      from: 'amount == 0 || block.timestamp < account.thawEnd',
      to: 'amount == 0',
    },
    { name: 'a key spends above its cap', file: 'InferenceEscrow.sol', from: 'key.spent += uint96(amount);', to: '' },
    {
      name: 'a revoked key goes on signing',
      file: 'InferenceEscrow.sol',
      from: 'sessionKeys[voucher.payer][signer].validUntil < startsAt(voucher.epoch)',
      to: 'sessionKeys[voucher.payer][signer].cap == 0',
    },
    {
      name: 'a batch stops at its first failure',
      file: 'InferenceEscrow.sol',
      from: 'emit VoucherRefused(voucher.payer, voucher.modelId, voucher.epoch, i, reason);',
      to: 'assembly { revert(add(reason, 32), mload(reason)) }',
    },
  ];

const wanted = process.argv[2];
let survivors = 0;
for (const { name, file, from, to } of faults) {
  if (wanted !== undefined && !name.includes(wanted)) continue;
  const copy = mkdtempSync(path.join(tmpdir(), 'tributary-mutant-'));
  try {
    cpSync(path.join(root, 'contracts'), copy, { recursive: true });
    const target = path.join(copy, 'src', file);
    const source = readFileSync(target, 'utf8');
    if (source.split(from).length !== 2) throw new Error(`"${name}": its text must occur exactly once in ${file}`);
    writeFileSync(target, source.replace(from, to));
    const { status, stdout } = spawnSync(
      process.execPath,
      [path.join(root, 'tools/forge.mjs'), 'test', '--root', copy],
      {
        encoding: 'utf8',
        env: { ...process.env, FOUNDRY_DENY: 'never' },
      },
    );
    const failing = [...stdout.matchAll(/^\[FAIL[^\]]*\] (\w+)|^ (invariant_\w+)/gm)].map(
      ([, test, invariant]) => test ?? invariant,
    );
    const compiled = stdout.includes('Suite result');
    if (!compiled) throw new Error(`"${name}" does not compile: ${stdout.slice(-500)}`);
    if (status === 0) survivors += 1;
    console.log(`${status === 0 ? 'SURVIVED' : 'killed  '} ${name}  ${[...new Set(failing)].slice(0, 3).join(', ')}`);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
process.exit(survivors === 0 ? 0 : 1);
