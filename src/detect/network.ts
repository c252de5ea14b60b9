/** Network targets that stand for more than a web page. */

/** Hosts under which clouds hand out the credentials of the machine: AWS, GCP, Azure, Oracle, ECS, Alibaba. */
const METADATA_HOSTS = new Set([
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  '100.100.100.200',
  '[fd00:ec2::254]',
  '[fd20:ce::254]',
  'metadata.google.internal',
]);
const UNMISTAKABLE = ['169.254.169.254', '169.254.170.2', 'metadata.google.internal'];

/** The URL that a word is, `undefined` when it has no scheme and authority. */
export function urlOf(text: string): URL | undefined {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
}

/**
 * Whether a word or URL names a cloud's metadata service: as a URL, as a bare `host/path` the way `curl` takes it, or
 * anywhere in code. The WHATWG parser brings other spellings of the address (decimal, hex, octal) to the dotted one.
 */
export function namesMetadataService(text: string): boolean {
  if (UNMISTAKABLE.some((host) => text.includes(host))) return true;
  const url = urlOf(text);
  return url !== undefined && METADATA_HOSTS.has(url.hostname.replace(/\.$/, ''));
}
