/**
 * Secrets that their own form gives away. Forms of vendors' tokens follow the vendors' documentation and gitleaks' rule
 * set (MIT); they are looser in length than secretlint's, so that new and cut-off tokens are found as well.
 */
import { looksRandom } from './randomness.ts';
import { judged, rule, type SecretRule } from './secret-rule.ts';

const VENDOR_TOKENS = [
  String.raw`gh[pousr]_\w{20,}`,
  String.raw`github_pat_\w{20,}`,
  String.raw`gl(?:pat|ptt|dt|rt|cbt|soat|ft|imt|agent|oas|ffct)-[\w.-]{16,}`,
  String.raw`xox[abeoprs]-[A-Za-z0-9-]{16,}`,
  String.raw`xapp-[A-Za-z0-9-]{16,}`,
  String.raw`npm_\w{20,}`,
  String.raw`pypi-[\w-]{32,}`,
  String.raw`c?sk-(?=[\w-]{0,64}\d)[\w-]{20,}`,
  String.raw`[rs]k_(?:live|test)_\w{12,}`,
  String.raw`whsec_[\w+/=]{20,}`,
  String.raw`AIza[\w-]{30,}`,
  String.raw`ya29\.[\w-]{20,}`,
  String.raw`GOCSPX-[\w-]{20,}`,
  String.raw`SG\.[\w-]{20,}\.[\w-]{20,}`,
  String.raw`hf_[A-Za-z0-9]{30,}`,
  String.raw`gsk_\w{40,}`,
  String.raw`do[opr]_v1_[a-f0-9]{32,}`,
  String.raw`shp(?:at|ca|pa|ss)_\w{32,}`,
  String.raw`hv[sbr]\.[\w-]{20,}`,
  String.raw`dapi[a-f0-9]{32}`,
  String.raw`dckr_pat_[\w-]{20,}`,
  String.raw`ATATT3[\w=-]{20,}`,
  String.raw`AGE-SECRET-KEY-1[A-Z0-9]{20,}`,
  String.raw`lin_api_\w{20,}`,
  String.raw`NRAK-[A-Z0-9]{20,}`,
  String.raw`PMAK-[\w-]{20,}`,
  String.raw`figd_[\w-]{20,}`,
  String.raw`tskey-[\w-]{20,}`,
  String.raw`gl(?:sa|c)_[\w+/=]{32,}`,
  String.raw`ops_ey[\w+/=-]{20,}`,
  String.raw`\d{8,10}:AA[\w-]{30,}`,
  String.raw`GR1348941[\w-]{20}`,
  String.raw`SK[0-9a-f]{32}\b`,
  String.raw`s\.(?=[A-Za-z]{0,23}\d)(?=[a-z0-9]{0,23}[A-Z])[A-Za-z0-9]{24}\b`,
  String.raw`v1\.0-[a-f0-9]{24}-[a-f0-9]{100,}`,
  String.raw`(?:sbp|sntryu|bkua|sq[apu]|pnu)_[A-Za-z0-9]{36,}`,
  String.raw`pul-[a-f0-9]{40}`,
  String.raw`rubygems_[a-f0-9]{48}`,
  String.raw`dt0[a-z]\d{2}\.[A-Z0-9]{24}\.[A-Z0-9]{64}`,
  String.raw`xkeysib-[a-f0-9]{64}-\w{16}`,
  String.raw`sq0(?:atp|csp|idp)-[\w-]{22,}`,
  String.raw`LTAI[A-Za-z0-9]{12,24}\b`,
  String.raw`[ps]at\.[\w-]{22}\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{20}`,
  String.raw`API-(?=[A-Z]{0,25}\d)[A-Z0-9]{26}\b`,
  String.raw`sgp_(?:[a-z0-9]{5,16}_)?[a-f0-9]{40}`,
  String.raw`rdme_[a-z0-9]{70}`,
  String.raw`CCIP[AR]T_\w{22}_[a-f0-9]{40}`,
  String.raw`A3-[A-Z0-9]{6}(?:-[A-Z0-9]{5,6}){4,5}\b`,
  String.raw`amzn\.mws\.[0-9a-f-]{36}`,
  String.raw`FLWSECK(?:_TEST)?-[a-h0-9]{12,}`,
  String.raw`lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}`,
  String.raw`nsec1[a-z0-9]{58}\b`,
  String.raw`EZ[AT]K[A-Za-z0-9]{54}`,
  String.raw`pat[A-Za-z0-9]{14}\.[a-f0-9]{64}`,
  String.raw`[MNO][\w-]{23,25}\.[\w-]{6}\.[\w-]{27,38}`,
].join('|');

/** Private keys and tokens. */
export const FORM_RULES: readonly SecretRule[] = [
  // To the footer, or, where that was cut off, as far as it looks like base64.
  rule(
    'private-key',
    ['private key'],
    String.raw`(?<secret>-----BEGIN [A-Z0-9 ]{0,32}PRIVATE KEY(?: BLOCK)?-----(?:(?:[A-Za-z0-9+/=\s\\:,."'()_]|-(?!----)){0,16384}?-----END [A-Z0-9 ]{0,32}PRIVATE KEY(?: BLOCK)?-----|(?:\s{1,4}(?:Version|Comment|Charset): [^\n]{0,128}(?=\n)){0,4}(?:[\s"'+]|\\[nr]){0,8}[A-Za-z0-9+/]{8}[A-Za-z0-9+/=\s\\:,"'-]{0,16384}))`,
    '',
  ),
  // Its last lines, where the header was cut off.
  rule(
    'private-key',
    ['private key'],
    String.raw`(?<![A-Za-z0-9+/=])(?<secret>[A-Za-z0-9+/=]{8,4096}(?:\s|\\n){1,4}-----END [A-Z0-9 ]{0,32}PRIVATE KEY(?: BLOCK)?-----)`,
    '',
  ),
  // Base64 of "-----BEGIN ", wrapped or not.
  rule(
    'private-key',
    ['ls0tls1crudjti'],
    String.raw`(?<secret>LS0tLS1CRUdJTi[A-Za-z0-9+/]{8,}(?:(?:\s|\\n){1,4}[A-Za-z0-9+/]{16,}){0,256}={0,2})`,
    '',
  ),
  rule(
    'aws-key-id',
    'long-run',
    String.raw`(?<![A-Z0-9])(?<secret>(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16})(?![A-Z0-9])`,
    '',
  ),
  // A run without a dot is matched too, and rejected: so it is read once, not from each `eyJ` in it.
  judged(
    'jwt',
    ['eyj'],
    String.raw`(?<![A-Za-z0-9])(?<secret>eyJ[\w-]{6,}(?:\.[\w-]{8,}(?:\.[\w-]*){0,3})?)`,
    ({ value }) => value.includes('.'),
    '',
  ),
  // What `crypt` made of a password: it can be guessed from that.
  rule(
    'password-hash',
    ['$apr1$', '$1$', '$5$', '$6$', '$y$', '$2a$', '$2b$', '$2y$'],
    String.raw`(?<secret>\$(?:(?:apr1|[156])\$(?:rounds=\d{1,9}\$)?[./A-Za-z0-9]{1,16}|y\$[./A-Za-z0-9]{1,8}\$[./A-Za-z0-9]{1,32}|2[aby]\$\d\d)\$[./A-Za-z0-9]{22,})`,
    '',
  ),
  rule('vendor-token', 'long-run', String.raw`(?<![A-Za-z0-9])(?<secret>${VENDOR_TOKENS})`, ''),
  // Told by their ends: tried only where those are.
  rule(
    'vendor-token',
    ['-us', '.atlasv1.', '_mmk', 'key-'],
    String.raw`(?<![\w.-])(?<secret>[a-f0-9]{32}-us\d{1,2}\b|[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,70}|[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk\b|key-[a-f0-9]{32}\b)`,
    '',
  ),
];

/** Runs of base64 that look drawn by lot; last of all, since every other rule tells more. */
export const ENTROPY_RULE: SecretRule = judged(
  'high-entropy',
  'long-run',
  String.raw`(?<![A-Za-z0-9+/_-])(?<secret>[A-Za-z0-9+/_-]{32,}={0,2})`,
  ({ value, text, valueStart }) => looksRandom(value, text.slice(Math.max(0, valueStart - 48), valueStart)),
  '',
);
