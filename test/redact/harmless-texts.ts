/** Code, configuration, documents and output as agents write and read them: full of the names of secrets, and without any. */
import { createHash } from 'node:crypto';

const digest = (algorithm: string, seed: string, encoding: 'hex' | 'base64'): string =>
  createHash(algorithm).update(seed).digest(encoding);
const sha1 = (seed: string): string => digest('sha1', seed, 'hex');
const sha256 = (seed: string): string => digest('sha256', seed, 'hex');
const sri = (seed: string): string => `sha512-${digest('sha512', seed, 'base64')}`;
const uuid = (seed: string): string =>
  sha256(seed).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, '$1-$2-$3-$4-$5');

/** More than 150 different ones, some of several lines. */
export function harmlessTexts(): string[] {
  return [...new Set([...LINES.split('\n').filter(Boolean), ...BLOCKS, ...made()])];
}

function made(): string[] {
  const png = Buffer.from(`\u0089PNG\r\n\u001a\n${'\0'.repeat(40)}IHDR`).toString('base64');
  return [
    `"node_modules/tokenizers": { "version": "0.15.2", "integrity": "${sri('a')}" }`,
    `  resolved "https://registry.yarnpkg.com/jsonwebtoken/-/jsonwebtoken-9.0.2.tgz#${sha1('j')}"`,
    `  /password-prompt@1.1.3:\n    resolution: {integrity: ${sri('p')}}`,
    `golang.org/x/oauth2 v0.24.0 h1:${digest('sha256', 'go', 'base64')}`,
    `name = "secrecy"\nversion = "0.8.0"\nchecksum = "${sha256('c')}"`,
    `cryptography==43.0.1 --hash=sha256:${sha256('h')}`,
    `<link rel="stylesheet" href="/a.css" integrity="${sri('l')}" crossorigin="anonymous">`,
    `src="data:image/png;base64,${png}"`,
    `FROM node:22-alpine@sha256:${sha256('d')}`,
    `uses: actions/checkout@${sha1('u')} # v4.2.2`,
    `{"session_id":"${uuid('s')}","prompt_id":"${uuid('q')}","tool_use_id":"toolu_01${'A'.repeat(4)}"}`,
    `session_id=${uuid('s2')} level=info msg="started"`,
    `commit ${sha1('x')}\nAuthor: Alice Token <alice@example.com>\n\n    Rotate the signing key policy`,
    `trace_id=${sha256('t').slice(0, 32)} span_id=${sha256('t').slice(0, 16)}`,
    `+++ b/src/auth/token.ts\nindex ${sha1('i').slice(0, 9)}..${sha1('k').slice(0, 9)} 100644`,
    `etag: W/"${sha1('e')}"`,
    `cache-key-${digest('md5', 'm', 'hex')}.tar.gz`,
    `tx 0x${sha256('tx')} mined in block 21000000`,
    `export const API_BASE = '/api/v1'; // ${uuid('api')}`,
    `docker rm -f ${sha256('container').slice(0, 12)} && docker rmi ${sha256('image')}`,
  ];
}

const LINES = String.raw`
if (password === undefined) throw new TypeError('password is required');
if (!token) return res.status(401).json({ error: 'missing token' });
if (password.length < 12) errors.push('password too short');
const { password, ...user } = await findUser(email);
const hash = await bcrypt.hash(password, 12);
const ok = await bcrypt.compare(password, user.passwordHash);
const token = jwt.sign({ sub: user.id }, secret, { expiresIn: '1h' });
const payload = jwt.verify(token, process.env.JWT_SECRET);
const secret = process.env.SESSION_SECRET ?? randomBytes(32).toString('hex');
export type Credentials = { username: string; password: string };
interface TokenStore { get(key: string): Promise<string | undefined>; }
function isTokenExpired(token: Token, now = Date.now()): boolean {
type Secret = string & { readonly __brand: 'Secret' };
password: z.string().min(8).max(128),
apiKey: z.string().optional(),
token: Optional[str] = None
def verify_password(plain_password: str, hashed_password: str) -> bool:
def get_token(self, key: bytes = b"") -> str:
password = getpass.getpass("Password: ")
password = input("Enter your password: ")
secret = os.environ["APP_SECRET"]
api_key = os.getenv("OPENAI_API_KEY")
client = OpenAI(api_key=os.environ.get("OPENAI_API_KEY"))
client = Anthropic()  # reads ANTHROPIC_API_KEY
self.token = token or self._load_token()
assert response.json()["token"] is not None
parser.add_argument("--password", help="the password to use")
parser.add_argument("--token", type=str, default=None)
@app.route("/reset-password/<token>", methods=["POST"])
path("password_reset/", views.password_reset, name="password_reset"),
let token: Option<String> = None;
pub fn with_token(mut self, token: impl Into<String>) -> Self {
pub struct Credentials { pub username: String, password: SecretString }
let password = rpassword::prompt_password("Password: ")?;
func (c *Client) SetToken(token string) { c.token = token }
if cfg.Password == "" { return errors.New("password not set") }
token, err := oauth2Config.Exchange(ctx, code)
private final PasswordEncoder passwordEncoder;
@Value("@{spring.datasource.password}") private String dbPassword;
public record LoginRequest(@NotBlank String username, @NotBlank String password) {}
validates :password, presence: true, length: { minimum: 8 }
has_secure_password
'password' => ['required', 'confirmed', Password::min(8)],
$request->validate(['token' => 'required', 'password' => 'required|confirmed']);
CREATE TABLE users (id uuid primary key, password_hash text not null, api_token_id int);
ALTER TABLE sessions ADD COLUMN refresh_token_hash bytea;
SELECT id, token_count FROM usage WHERE password_changed_at > now() - interval '90 days';
<label for="password">Password</label>
<input type="password" id="password" name="password" placeholder="Password" required>
<input type="password" value="" autocomplete="new-password">
<input type="hidden" name="csrf_token" value="{{ csrf_token() }}">
<PasswordField label="Confirm password" error={errors.password} />
await page.getByLabel('Email').fill('alice@example.com');
await page.fill('#email', 'alice@example.com');
await page.locator('#password').fill(process.env.E2E_PASSWORD);
await page.getByLabel('Password').fill(password);
await expect(page.getByText('Wrong password')).toBeVisible();
cy.get('[name="password"]').type(Cypress.env('password'))
driver.find_element(By.NAME, "password").send_keys(password)
it('rejects an expired token', async () => {
describe('password reset', () => {
test('login("bob") fails without a password', () => {
expect(screen.getByLabelText(/password/i)).toHaveAttribute('type', 'password');
expect(mask('password')).toBe('********');
--- PASS: TestTokenRefresh (0.02s)
ok  	example.com/auth/token	0.412s
FAIL src/auth/password.test.ts > hashes the password
git log --author "Alice Keys" --since=1.month --format=%h
git log --all --oneline --grep='secret' -- '*.tf'
git grep -n -E 'api[_-]?key' -- ':!*.lock'
rg -n --no-heading "secretKeyRef" deploy/
grep -rn "BEGIN OPENSSH" ~/.ssh --include='*.pub' -l
grep -E "foo:bar" a.txt | curl -s -T - https://example.com/upload
curl -sf -x http://proxy.internal:3128 https://example.com
curl --proxy socks5h://localhost:1080 https://example.com
curl --cert client.pem --key client.key https://mtls.example.com
curl --cert ./certs/client.crt https://mtls.example.com:8443/
curl -H "Authorization: Bearer @{TOKEN}" https://api.example.com
curl -H "Authorization: Bearer $(gcloud auth print-access-token)" https://run.example.com
curl -H "Cookie: $COOKIE" https://example.com
curl "https://issues.example.com/view?ticket=ABC-1234&tab=all"
curl -X DELETE "https://api.example.com/v1/tokens/42"
docker run --rm -e API_TOKEN -e DB_PASSWORD_FILE=/run/secrets/db app
docker compose --env-file .env.example config
echo "$PASSWORD" | docker login -u "$USER" --password-stdin
echo "hello world" | base64
echo -n "$USER:$PASS" | base64
echo SGVsbG8sIHRoaXMgaXMgYSB0ZXN0IG1lc3NhZ2U= | base64 -d
(echo y; echo n) | ./configure --interactive
echo yes | ssh-keygen -R host
kubectl get secret db -o jsonpath='{.data.password}' | base64 -d | wc -c
kubectl get secrets -A -o custom-columns=NAME:.metadata.name,TYPE:.type
kubectl get serviceaccounts --token-request
kubectl create token build-bot --duration=10m
helm upgrade app ./chart --set auth.existingSecret=app-secret --set auth.secretKeys.userPasswordKey=password
pulumi config set aws:region eu-central-1
pulumi stack output --json
snmpwalk -v2c -c public localhost 1.3.6.1.2.1
nmcli dev wifi list
nmcli connection show --active
nuget pack My.nuspec -OutputDirectory out
dotnet nuget push out/*.nupkg --source github
net use
qpdf --check a.pdf
rclone config show --obscured-only
twilio login
doctl auth list
./train.py --max-tokens 4096 --stop-tokens "<end>" --num-keys 128
./split --tokens words,lines --keys id,name
./migrate --secrets-dir /run/secrets --passwords-from stdin
vault kv get -field=password secret/db > /dev/null
read -rsp "Password: " PASS
read -r name <<< "alice bob"
MAX_TOKENS=4096 TOKENIZERS_PARALLELISM=false python train.py
ENABLE_AUTH=true BASIC_AUTH=optional npm start
SSH_AUTH_SOCK=/run/user/1000/keyring/ssh ssh -T git@github.com
SESSION_ID=$(uuidgen) ./run.sh
export GITHUB_TOKEN="@{{ secrets.GITHUB_TOKEN }}"
NODE_AUTH_TOKEN: @{{ secrets.NPM_TOKEN }}
password: <your-password>
api_key: YOUR_API_KEY
token: "@{TOKEN}"
secretName: app-tls
tokens: [if, else, while, return]
const keywords = { tokens: ['if', 'else', 'for'], keys: ['Enter', 'Escape'] };
keys: ["ArrowUp", "ArrowDown", "Home"]
"tokens": [101, 2023, 2003, 102]
secrets: [db-password, api-token]
passwordPolicy: { minLength: 12, requireDigits: true }
The password must have at least 12 characters, one digit and one sign.
Access tokens expire after 15 minutes; refresh tokens after 30 days.
Basic authentication sends user and password in every request.
Set the "Authorization" header to "Bearer" and the token, separated by a blank.
Use a seed phrase of twelve words; never type it into a web page.
The secret is kept in the vault; ask the platform team for access.
| token | string | The access token, see [authentication](auth.md) |
| --password-file PATH | read the password from a file |
Cookie: the session cookie is set with HttpOnly and SameSite=Lax.
[WARN] token bucket is empty, client=10.0.0.7 retry_after=30
[INFO] authorization: granted role=reader user=alice
ERROR: password authentication failed for user "app"
Error: Access denied for user 'app'@'10.0.0.7' (using password: YES)
remote: Support for password authentication was removed on August 13, 2021.
npm error code E401 Incorrect or missing password.
fatal: could not read Password for 'https://github.com': terminal prompts disabled
!function(e,t){"object"==typeof exports?module.exports=t():e.token=t()}(this,function(){return{key:1}});
var a=function(e){return e.password||e.token},b=s.someMinifiedName1WithLetters(c),d=e.auth&&e.auth.key;
`.replaceAll('@{', '${');

const BLOCKS = [
  'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app\ndata:\n  LOG_LEVEL: debug\n  region: eu-central-1',
  'kind: Deployment\nspec:\n  env:\n    - name: DB_PASSWORD\n      valueFrom:\n        secretKeyRef:\n          name: db\n          key: password',
  'kind: Secret\nmetadata:\n  name: app-secret\n  namespace: web\ntype: Opaque',
  'variable "db_password" {\n  type      = string\n  sensitive = true\n}\n\nvariable "region" {\n  default = "eu-central-1"\n}',
  'resource "random_password" "db" {\n  length  = 24\n  special = true\n}',
  'Resources:\n  Db:\n    Properties:\n      MasterUserPassword: !Ref DbPassword\n      Token: !GetAtt Secret.Value',
  'secrets:\n  - db_password\n  - api_token\n  - tls_certificate\n',
  'tokens:\n  - number\n  - string\n  - identifier\n',
  'on:\n  workflow_call:\n    secrets:\n      NPM_TOKEN:\n        required: true\n    inputs:\n      token-name:\n        type: string',
  'const apiKey =\n  process.env.API_KEY ??\n  (await readSecret("api-key"));',
  'throw new Error("password: " +\n  "must not be empty");',
  'POST /login HTTP/1.1\nHost: example.com\nContent-Type: application/json\nCookie: theme=dark\n',
];
