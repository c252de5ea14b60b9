/** Commands as agents run them, with everything in them that looks like a secret and is none. */
import { createHash, randomUUID } from 'node:crypto';

const hash = (algorithm: string, seed: string, encoding: 'hex' | 'base64'): string =>
  createHash(algorithm).update(seed).digest(encoding);
const sha1 = (seed: string): string => hash('sha1', seed, 'hex');
const sha256 = (seed: string): string => hash('sha256', seed, 'hex');
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** More than 500 different ones. */
export function harmlessCommands(): string[] {
  return [...new Set([...FIXED.split('\n').filter(Boolean), ...MULTILINE, ...made()])];
}

function made(): string[] {
  const names = [
    'auth',
    'session-token',
    'password-reset',
    'api',
    'user',
    'secret-store',
    'billing',
    'key-value',
  ];
  return names.flatMap((name, i) => [
    `git show ${sha1(name)}`,
    `git cherry-pick ${sha1(`${name}2`).slice(0, 12)}`,
    `git diff ${sha1(`${name}3`)}..${sha1(`${name}4`)} -- src/${name}/index.ts`,
    `git log --oneline --author="Alice ${name}" --since=2.weeks -- packages/${name}`,
    `git checkout -b feature/${name}-refactor origin/main`,
    `git commit -m "fix(${name}): handle the empty case"`,
    `git push origin HEAD:refs/heads/${name}-${i}`,
    `docker pull ghcr.io/acme/${name}@sha256:${sha256(name)}`,
    `docker run --rm -u 1000:1000 -p 80${i}0:80 -v "$PWD":/app -w /app acme/${name}:1.${i}.0 npm test`,
    `docker build -t acme/${name}:latest --build-arg VERSION=1.${i} -f docker/${name}.Dockerfile .`,
    `docker inspect --format '{{.State.Health.Status}}' ${sha256(`${name}c`).slice(0, 12)}`,
    `kubectl -n ${name} get pods -l app=${name} -o wide`,
    `kubectl logs deploy/${name}-7d9f8b6c5${i}-x2k4j --tail=100`,
    `kubectl get secret ${name}-tls -n default -o name`,
    `kubectl describe pod ${name}-${sha1(name).slice(0, 10)}-abcde`,
    `npm run test -- src/${name}/${name}.test.ts`,
    `npx vitest run test/${name} --reporter=verbose`,
    `npm install @acme/${name}@^2.${i}.0 --save-dev`,
    `npm view ${name}@1.0.${i} dist.integrity`,
    `grep -rn "${name}" src --include='*.ts' | head -50`,
    `rg -n '${name}:' packages/*/README.md`,
    `rg "createClient\\(${name.replace('-', '_')}" -g '!**/node_modules/**' -l`,
    `sed -i 's/${name}-old/${name}-new/g' src/${name}/config.yaml`,
    `sed -n '${i}0,${i}50p' src/${name}/handlers/create-${name}-handler.ts`,
    `find . -type f -path '*/${name}/*' -newer package.json -not -name '*.snap'`,
    `curl -s https://api.github.com/repos/acme/${name}/releases/latest | jq -r .tag_name`,
    `curl -fsSL https://registry.npmjs.org/${name}/-/${name}-1.${i}.2.tgz -o /tmp/${name}.tgz`,
    `curl -sI "https://example.com/${name}/search?q=term&page=${i}&sort=asc"`,
    `echo "sha512-${hash('sha512', name, 'base64')}" | diff - integrity.txt`,
    `echo ${sha256(`${name}f`)}  ${name}.tar.gz | sha256sum -c -`,
    `ls -la /home/alice/work/acme/services/${name}/src/components/${name}/UserProfileCard2/index.tsx`,
    `cat /tmp/claude-1000/${uuid(name)}/tasks/${i}.output`,
    `psql -h localhost -p 5432 -U app -d ${name.replace('-', '_')} -c "select count(*) from ${name.replace('-', '_')}s"`,
    `aws s3 ls s3://acme-${name}-prod/2026/11/${i}/ --recursive --human-readable`,
    `aws logs tail /aws/lambda/${name} --since 1h --region eu-central-1`,
    `terraform plan -var-file=env/${name}.tfvars -target=module.${name.replace('-', '_')}`,
    `python3 -m pytest tests/test_${name.replace('-', '_')}.py -k "test_create and not slow" -x`,
    `go test ./internal/${name.replace('-', '')}/... -run TestCreate -count=1`,
    `cargo test --package ${name} --lib -- tests::roundtrip --exact`,
    `jq '.dependencies["${name}"]' package.json`,
    `gh pr view ${i}12 --json title,body,files --repo acme/${name}`,
    `ssh -i ~/.ssh/id_ed25519 -p 2222 deploy@${name}.internal uptime`,
    `tar -xzf ${name}-v1.${i}.tar.gz -C /opt/${name} --strip-components=1`,
    `systemctl status ${name}.service --no-pager`,
    `journalctl -u ${name} -n 200 --since "10 min ago"`,
    `make -C services/${name} build VERSION=1.${i}.0 GOFLAGS=-mod=mod`,
    `echo ${base64(`hello from ${name}, this is a plain sentence of test number ${i}`)} | base64 -d`,
    `redis-cli -h localhost -p 6379 keys '${name}:*'`,
    `helm upgrade --install ${name} charts/${name} --set image.tag=1.${i}.0 --namespace ${name}`,
    `openssl x509 -in certs/${name}.pem -noout -fingerprint -sha256`,
  ]);
}

function uuid(seed: string): string {
  const hex = sha256(seed);
  const shape = randomUUID().replace(/[0-9a-f]/g, 'x');
  let at = 0;
  return shape.replace(/x/g, () => hex[at++] ?? '0');
}

const MULTILINE = [
  'for f in src/**/*.ts; do\n  wc -l "$f"\ndone | sort -rn | head',
  "cat > src/greet.ts <<'EOF'\nexport function greet(name: string): string {\n  return `hello ${name}`;\n}\nEOF",
  'cat <<EOF > notes.md\n# Notes\n- one\n- two\nEOF',
  "python3 - <<'PY'\nimport json\nprint(json.load(open('package.json'))['version'])\nPY",
  'git commit -m "$(cat <<\'EOF\'\nAdd the token bucket\n\nIt limits requests per user.\nEOF\n)"',
  'docker run -d \\\n  --name web \\\n  -p 8080:80 \\\n  -v /srv/www:/usr/share/nginx/html:ro \\\n  nginx:1.27',
  'curl -X POST https://api.example.com/v1/items \\\n  -H "Authorization: Bearer $TOKEN" \\\n  -H "Content-Type: application/json" \\\n  -d \'{"name":"x","count":3}\'',
  'API_KEY="${API_KEY:?missing}" ./run.sh',
  'if [ -z "$API_KEY" ]; then\n  echo "API_KEY is not set" >&2\n  exit 1\nfi',
  'node -e "const token = process.env.TOKEN; console.log(typeof token)"',
  'node -e \'const { createHash } = require("crypto"); console.log(createHash("sha256").update("x").digest("hex"))\'',
];

const FIXED = String.raw`
ls
ls -la
pwd
cd /work/main && ls -la src
cat package.json
cat README.md | head -100
head -n 20 src/index.ts
tail -f /var/log/nginx/access.log
wc -l src/**/*.ts
which node npm npx
node --version && npm --version
env | sort
echo $PATH
echo "$HOME/.config"
echo "done"
printf '%s\n' "$USER"
date -u +%Y-%m-%dT%H:%M:%SZ
whoami && hostname && uname -a
df -h && free -m
ps aux | grep node | grep -v grep
kill -9 12345
lsof -i :3000
mkdir -p build/output && touch build/output/.gitkeep
cp -r templates/ dist/templates
mv src/old.ts src/new.ts
rm -rf node_modules dist coverage
chmod +x scripts/deploy.sh
chown -R node:node /app
ln -s ../shared shared
find . -name "*.test.ts" -not -path "./node_modules/*"
find src -type f -exec grep -l "TODO" {} +
find /var/lib/mysql -print
find / -perm -4000 -type f 2>/dev/null
grep -rn "password" src/
grep -rn 'password=' src/ --include=*.py
grep -rni "api_key" . --exclude-dir=node_modules
grep -E "password|secret|token" -r config/
grep -n "token:" src/auth.ts
grep -c "PASS: " test.log
grep "BEGIN RSA PRIVATE KEY" -r . -l
rg "secret:" -g "*.yaml"
rg -n "Authorization" src/http
rg 'token\s*=' src
rg "api_key\s*[:=]\s*['\"]" -l
rg --files | rg token
rg "bearer token" docs
ag "passwordHash" src
sed -i 's/foo/bar/g' file.txt
sed -n '1,50p' src/token-store.ts
awk '{print $1}' access.log | sort | uniq -c | sort -rn | head
awk -F: '{print $1}' /etc/passwd
cut -d= -f2 .env.example
cat /etc/passwd | wc -l
xargs -0 rm < files.txt
tr -d '\r' < a.txt > b.txt
diff -u a.json b.json
jq '.scripts' package.json
jq -r '.data.token | length' response.json
yq '.spec.template' deploy.yaml
git status
git status --short
git diff
git diff --stat HEAD~3
git diff main...HEAD -- '*.ts'
git log --oneline -20
git log -p -S 'password' -- src/config.ts
git log --grep=token --oneline
git log --author="bob@example.com" --pretty=format:'%h %an %s'
git blame -L 10,20 src/index.ts
git stash && git pull --rebase && git stash pop
git rebase -i HEAD~5
git reset --hard origin/main
git remote -v
git remote add origin git@github.com:acme/widgets.git
git clone https://github.com/acme/widgets.git
git clone git@gitlab.com:acme/tools.git /tmp/tools
git clone ssh://git@git.example.com:2222/acme/repo.git
git fetch --all --prune
git branch -a --contains HEAD
git tag -a v1.2.3 -m "release 1.2.3"
git config --global user.email "alice@example.com"
git config --global credential.helper store
git config --get remote.origin.url
git rev-parse HEAD
git rev-parse --show-toplevel
git ls-files | xargs wc -l
git worktree add ../feature-x feature-x
git submodule update --init --recursive
git bisect start HEAD v1.0.0
git show HEAD:src/index.ts
git add -A && git commit -m "Add token refresh"
git commit -m "fix: password reset flow"
git commit -m "docs: explain how the secret is rotated"
git commit --amend --no-edit
git format-patch -1 HEAD
git cat-file -p 4b825dc642cb6eb9a060e54bf8d69288fbee4904
npm ci
npm install
npm run build
npm run build && npm test
npm test -- --watch=false
npm outdated
npm audit --json
npm ls --depth=0
npm version patch
npm pack --dry-run
npm token list
npm config get registry
npm config set strict-ssl true
npm publish --access public --dry-run
npx tsc --noEmit
npx eslint . --fix
npx prettier --write "src/**/*.ts"
npx playwright test --project=chromium
npx create-vite@latest my-app -- --template react-ts
pnpm install --frozen-lockfile
pnpm -r run build
yarn add lodash@4.17.21
yarn workspaces foreach run test
bun run dev
deno run --allow-net server.ts
node scripts/build.mjs --minify --target=es2022
node --max-old-space-size=4096 dist/index.js
node -e "console.log(1+1)"
node -p "require('./package.json').version"
ts-node src/tools/generate-tokens.ts --count=5
tsx watch src/server.ts
pip install -r requirements.txt
pip install "fastapi[all]==0.110.0"
pip freeze | grep -i django
python3 -m venv .venv && source .venv/bin/activate
python3 manage.py migrate --noinput
python -c "import sys; print(sys.version)"
python3 -c "import os; print(os.environ.get('HOME'))"
python -m http.server 8000
pytest -q
pytest tests/test_auth.py::test_token_refresh -vv
poetry install --no-root
uv pip install ruff
ruff check . --fix
mypy src --strict
black --check .
cargo build --release
cargo clippy -- -D warnings
cargo add serde --features derive
cargo run --bin server -- --port 8080
go build ./...
go vet ./...
go mod tidy
go get golang.org/x/crypto@v0.31.0
go test ./... -race -count=1
go run ./cmd/server --config=config.yaml
golangci-lint run
make
make test
make -j8 all
make docker-build TAG=1.2.3
cmake -S . -B build -DCMAKE_BUILD_TYPE=Release
cmake --build build --parallel 4
gcc -O2 -Wall -o main main.c -lm -lpthread
mvn -q -DskipTests package
./gradlew clean build --no-daemon
./gradlew :app:testDebugUnitTest --tests "*.TokenTest"
bundle exec rspec spec/models/user_spec.rb
bundle exec rails db:migrate RAILS_ENV=test
composer install --no-dev
php artisan migrate:fresh --seed
dotnet build -c Release
dotnet test --filter FullyQualifiedName~AuthTests
swift build -c release
flutter pub get
docker ps -a
docker images
docker compose up -d
docker compose logs -f web
docker compose exec db psql -U postgres -c '\dt'
docker exec -it web sh
docker run -it --rm -p 3000:3000 -v $(pwd):/app node:22 bash
docker run --user node:node -e NODE_ENV=production -e TOKEN acme/web
docker run -d --name mysql -p 3306:3306 -e MYSQL_DATABASE=app mysql:8
docker run --name pg -p 5432:5432 -d postgres:16
docker build --secret id=npmrc,src=.npmrc -t web .
docker buildx build --platform linux/amd64,linux/arm64 --push -t acme/web:latest .
docker login -u bob --password-stdin registry.example.com < token.txt
docker volume prune -f
docker network create backend
docker tag web:latest registry.example.com/team/web:2026.11.22
docker image inspect --format '{{index .RepoDigests 0}}' alpine:3.20
docker stats --no-stream
docker cp web:/app/logs ./logs
podman pull docker://docker.io/library/alpine:3.20
skopeo inspect docker://alpine:3.18
kubectl get pods -A
kubectl get secrets -n kube-system
kubectl get secret db -o jsonpath='{.metadata.name}'
kubectl create secret tls web-tls --cert=tls.crt --key=tls.key
kubectl create secret generic app-config --from-file=config.json
kubectl apply -f deploy/k8s/
kubectl rollout status deployment/web --timeout=120s
kubectl exec -it web-0 -- sh -c 'ls /app'
kubectl port-forward svc/grafana 3000:80
kubectl config use-context staging
kubectl auth can-i create pods
kubectl scale deploy web --replicas=3
kubectl top nodes
kubectl create token default --duration=1h
kubectl patch deploy web -p '{"spec":{"replicas":2}}'
kubectl explain pod.spec.containers
helm repo add bitnami https://charts.bitnami.com/bitnami
helm install pg bitnami/postgresql --set auth.existingSecret=pg-credentials
helm template . | kubectl apply --dry-run=client -f -
kustomize build overlays/prod
terraform init -upgrade
terraform apply -auto-approve
terraform output -json
ansible-playbook -i inventory site.yml --tags web
vault status
vault kv list secret/
gh auth status
gh auth login --git-protocol https
gh pr create --title "Add auth middleware" --body "Closes #12"
gh pr list --state open --limit 20
gh run watch 1234567890
gh api repos/acme/web/actions/secrets --jq '.secrets[].name'
gh secret list
gh release download v1.2.3 --pattern '*.tar.gz'
glab mr list
aws sts get-caller-identity
aws s3 cp dist/ s3://my-bucket/app/ --recursive
aws secretsmanager list-secrets --query 'SecretList[].Name'
aws secretsmanager describe-secret --secret-id prod/db/credentials
aws ssm get-parameter --name /prod/db/password --query Parameter.Name
aws iam list-access-keys --user-name deploy
aws ec2 describe-instances --instance-ids i-0abcd1234ef567890
aws ecr get-login-password --region us-east-1 | docker login --username AWS --password-stdin 123456789012.dkr.ecr.us-east-1.amazonaws.com
aws cloudformation deploy --template-file t.yaml --stack-name web --capabilities CAPABILITY_IAM
aws configure list
gcloud auth print-access-token > /dev/null
gcloud config set project my-project-123
gcloud run deploy web --image gcr.io/my-project/web:1.2.3 --region europe-west1
gcloud secrets list
az account show
az keyvault secret list --vault-name kv-prod
fly deploy --remote-only
heroku logs --tail -a my-app
vercel --prod
wrangler deploy
ssh user@host 'uptime'
ssh -L 5432:localhost:5432 bastion.example.com -N
ssh-keygen -t ed25519 -C "alice@example.com" -f ~/.ssh/id_ed25519
ssh-keygen -lf ~/.ssh/id_ed25519.pub
ssh-add -l
scp -P 2222 build.tar.gz deploy@example.com:/srv/app/
rsync -avz --delete dist/ deploy@example.com:/var/www/html/
rsync -u src/a.txt host:/backup/a.txt
sftp -b batch.txt user@host
curl https://example.com
curl -sS https://api.example.com/v1/health
curl -I https://www.google.com
curl -L -o out.zip https://github.com/acme/tool/archive/refs/tags/v1.2.3.zip
curl -s "https://api.example.com/search?keyword=token&author=bob&limit=10"
curl -s 'https://en.wikipedia.org/w/index.php?title=Password_strength&action=raw'
curl -H "Accept: application/json" https://httpbin.org/get
curl -H "Authorization: Bearer $TOKEN" https://api.example.com/me
curl -H "Authorization: token $GITHUB_TOKEN" https://api.github.com/user
curl -u "$USER:$PASSWORD" https://example.com/private
curl -u bob https://example.com/private
curl -X POST -d '{"name":"x"}' -H 'Content-Type: application/json' localhost:8080/items
curl -X POST localhost:3000/login -d @login.json
curl -F file=@report.pdf https://upload.example.com
curl -sk https://localhost:8443/metrics | grep http_requests
curl "http://localhost:9090/api/v1/query?query=rate(http_requests_total[5m])"
curl -fsSL https://deb.nodesource.com/setup_22.x | sudo -E bash -
wget -q https://nodejs.org/dist/v24.0.0/node-v24.0.0-linux-x64.tar.xz
wget --no-check-certificate https://example.com/file.iso
http GET localhost:8000/api/items page==2
nc -zv localhost 5432
dig +short example.com
openssl rand -base64 32
openssl rand -hex 16
openssl req -x509 -newkey rsa:4096 -keyout key.pem -out cert.pem -days 365 -nodes -subj "/CN=localhost"
openssl s_client -connect example.com:443 -servername example.com
openssl x509 -in cert.pem -text -noout
openssl dgst -sha256 dist/app.js
gpg --verify SHASUMS256.txt.sig SHASUMS256.txt
gpg --list-secret-keys --keyid-format LONG
md5sum file.bin
shasum -a 256 release.tar.gz
uuidgen
pass ls
read -s PASSWORD
export NODE_ENV=production
export PATH="$HOME/.local/bin:$PATH"
export TOKEN="$(cat ~/.token)"
export GITHUB_TOKEN=$(gh auth token)
export DATABASE_URL
unset AWS_SECRET_ACCESS_KEY
source .env && npm start
set -euo pipefail
NODE_ENV=test npx jest --ci
CI=true npm test
DEBUG=express:* node server.js
LOG_LEVEL=debug PORT=4000 npm start
TOKEN_FILE=/run/secrets/token npm start
POSTGRES_PASSWORD_FILE=/run/secrets/pg_password docker compose up
PASSWORD=$DB_PASS ./migrate.sh
KEYBOARD=us MAX_TOKENS=4096 ./generate.sh
./generate --max-tokens 2048 --temperature 0.7
./generate --max_tokens=1024 --top_p=0.9
./deploy.sh --env staging --dry-run
./deploy.sh --token "$DEPLOY_TOKEN" --password-file /run/secrets/pw
./run.sh --token-type bearer --auth-mode none
./server --secret-name my-secret --key-id 12 --public-key ./pub.pem
./bench --keys 1000 --key-size=16
echo "token: $TOKEN"
echo "Enter password: "
echo "password: <your-password>"
echo "secret=***"
echo "basic authentication is off"
echo "Bearer tokens expire after an hour"
echo "author: Bob, authority: none"
sudo apt-get update && sudo apt-get install -y build-essential
sudo systemctl restart nginx
sudo -u postgres psql -c "SELECT version()"
apt-cache policy mysql-server
brew install jq ripgrep fd
mysql -u root -e "show databases"
mysql -h 127.0.0.1 -P 3306 -u app -p app_db
mysql --protocol=tcp -u app app_db < schema.sql
mysqldump -u root -p"$MYSQL_ROOT_PASSWORD" app > dump.sql
psql -h localhost -U postgres -c "SELECT * FROM users LIMIT 5"
psql postgres://localhost:5432/app_test -f schema.sql
psql "$DATABASE_URL" -c '\d users'
pg_dump -Fc app > app.dump
sqlite3 app.db ".schema users"
sqlite3 app.db "select id, password_hash is null from users limit 3"
mongosh --quiet --eval 'db.users.countDocuments()'
mongodump --uri mongodb://localhost:27017/app --out dump/
redis-cli ping
redis-cli --scan --pattern 'session:*' | head
tmux new-session -d -s dev 'npm run dev'
timeout 60 npm run e2e
time npm run build
watch -n 5 kubectl get pods
crontab -l
nohup node server.js > server.log 2>&1 &
tar czf backup.tar.gz --exclude=node_modules .
zip -r dist.zip dist -x '*.map'
unzip -o archive.zip -d out
7z x archive.7z -oout
base64 -w0 logo.png | head -c 100
echo aGVsbG8= | base64 -d
echo eyJhIjoxfQ== | base64 -d
xxd -l 64 file.bin
strings binary | grep -i version
ffmpeg -i in.mp4 -vf scale=1280:-1 out.mp4
convert logo.png -resize 50% small.png
code --install-extension esbenp.prettier-vscode
open https://console.aws.amazon.com/iam/home#/users
claude -p "explain the token refresh flow" --output-format json
claude mcp list
atel verify --json
tree -L 2 -I node_modules
stat -c '%a %n' ~/.ssh/id_ed25519
test -f ~/.aws/credentials && echo yes
cat ~/.ssh/id_ed25519.pub
cat .env.example
ls ~/.config/gcloud/
cat src/auth/__snapshots__/token.test.ts.snap
vim src/auth/passwordPolicy.ts
nano /etc/nginx/conf.d/default.conf
cat node_modules/.pnpm/@babel+core@7.24.0_supports-color@8.1.1/node_modules/@babel/core/package.json
ls /nix/store/9krlzvny65gdc8s7kpb6lkx8cd02c25b-default-builder.sh
ls dist/assets/index-BxK2Qz8a.js dist/assets/vendor-C3pO9rD2.css
cat ~/.gradle/caches/modules-2/files-2.1/org.jetbrains.kotlin/kotlin-stdlib/1.9.0/kotlin-stdlib-1.9.0.jar
javac -cp lib/AbstractSingletonProxyFactoryBean2.jar src/com/acme/X509CertificateBuilderFactoryTest.java
echo "h1:4Gqw8dxSLvkUwYH5vyPlDPwQtm1c8rXJ9l0oYIh9nAw=" >> go.sum.txt
ssh-keyscan github.com | ssh-keygen -lf - | grep SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU
curl -s https://www.youtube.com/watch?v=dQw4w9WgXcQ
open "https://docs.google.com/spreadsheets/d/e/pub?output=csv"
npx wait-on http://localhost:3000/healthz --timeout 30000
lsof -nP -iTCP -sTCP:LISTEN
jest --testNamePattern="rejects an expired token: returns 401"
act -j build --secret-file .secrets
sops -d secrets.enc.yaml | head -3
age-keygen -y key.txt
step certificate inspect cert.pem --short
dotnet user-secrets list
rails credentials:show | wc -l
firebase projects:list
stripe listen --forward-to localhost:3000/webhook
supabase status
prisma migrate dev --name add_token_table
`;
