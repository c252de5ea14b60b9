/** Other people on this machine: Loki has no authentication, so they can read what is on its loopback port. */
const FIRST_USER_ID = 1000;
const NOBODY = 65534;

/**
 * Names of other users who can log in.
 * @param passwd text of /etc/passwd (passwd(5))
 */
export function otherUsers(passwd: string, ownUid: number | undefined): readonly string[] {
  return passwd.split('\n').flatMap((line) => {
    const [name, , uid = '', , , , shell = ''] = line.split(':');
    const id = Number.parseInt(uid, 10);
    const person = id >= FIRST_USER_ID && id !== NOBODY && id !== ownUid;
    // An empty shell is /bin/sh.
    return name && person && !/\/(nologin|false|sync)$/.test(shell) ? [name] : [];
  });
}
