#!/bin/sh
# agent-telemetry: records one hook event of Claude Code. Run as: capture.sh <Event> <installation>
#
# Writes the hook's standard input, byte for byte, with a small header into the spool (src/spool/drop-file.ts has the
# format) and starts the forwarder when it is not there. Runs in every POSIX shell with no program but cat. It prints
# nothing and always exits 0, so that it is never in the agent's way; what it cannot keep leaves an empty file whose
# name tells why.

# A repository can set any variable of the agent's environment, so that no path and no program comes from there:
# `atel init` writes these values, and the next one overwrites what is changed here.
SCOPE=@SCOPE@
QUEUE=@QUEUE@
LOST=@LOST@
FALLBACK_LOST=@FALLBACK_LOST@
SESSIONS=@SESSIONS@
PID_FILE=@PID_FILE@
UUID_FILE=@UUID_FILE@
CAT=@CAT@

# `command` keeps a failing special built-in from ending the shell, the trap turns every other end into a 0.
trap 'exit 0' EXIT
command exec 2>/dev/null
# An inherited file size limit then fails the write instead of killing the shell.
command trap '' XFSZ
# C: lengths are bytes and ranges are ASCII. Exported: cat would read a dozen files for another locale.
IFS=' '
export PATH=/usr/bin:/bin LC_ALL=C
umask 077
set -C
nl='
'

is_id() {
  [ ${#1} -le 128 ] || return 1
  case $1 in '' | . | .. | *[!A-Za-z0-9._-]*) return 1 ;; esac
}

# The nearest directory with the marker, from the project upwards. Longer than PATH_MAX is no path.
find_marker() {
  marker=
  dir=$PWD
  case ${CLAUDE_PROJECT_DIR-} in /*) dir=${CLAUDE_PROJECT_DIR%/} ;; esac
  [ ${#dir} -le 4096 ] || return 0
  while :; do
    if [ -e "$dir/.telemetry-enabled" ]; then
      marker=${dir:-/}
      return 0
    fi
    case $dir in */*) dir=${dir%/*} ;; *) return 0 ;; esac
  done
}

# Adds a header line. A newline in a value is followed by a space, so that no value can begin a line of its own.
put() {
  [ -n "$2" ] || return 0
  if [ ${#2} -gt 4096 ]; then
    head=$head$1!too_long$nl
    return 0
  fi
  text= rest=$2 lines=0
  while :; do
    case $rest in *"$nl"*) ;; *) break ;; esac
    text=$text${rest%%"$nl"*}$nl' ' rest=${rest#*"$nl"} lines=$((lines + 1))
    if [ $lines -gt 64 ]; then
      head=$head$1!too_many_lines$nl
      return 0
    fi
  done
  head=$head$1=$text$rest$nl
}

# Tells the agent's shell, and so nested clients, whose children they are. The file is sourced: nothing but plain ids.
write_env_file() {
  env_file=refused
  root=$session
  if is_id "$parent_session" && is_id "$root_session"; then root=$root_session; fi
  is_id "$session" || return 0
  case $CLAUDE_ENV_FILE in /*) ;; *) return 0 ;; esac
  [ ! -h "$CLAUDE_ENV_FILE" ] || return 0
  [ -f "$CLAUDE_ENV_FILE" ] || [ ! -e "$CLAUDE_ENV_FILE" ] || return 0
  { printf 'export ATEL_PARENT_SESSION=%s\nexport ATEL_ROOT_SESSION=%s\n' "$session" "$root"; } \
    >>"$CLAUDE_ENV_FILE" && env_file=written
}

# A loss must be countable even on a full disk: an empty file needs a name only.
lost() {
  for dir in "$LOST" "$FALLBACK_LOST"; do
    [ -d "$dir" ] || mkdir -m 700 "$dir"
    { :; } >"$dir/$1.$name" && return 0
  done
}

# 64 MiB in blocks of 512 bytes (a bash that is not in POSIX mode takes them for KiB), for cat alone: the forwarder
# would inherit it. The soft limit, since it can be taken back; a subshell for it made the whole hook a third slower.
read_payload() {
  command ulimit -S -f 131072
  "$CAT"
  status=$?
  command ulimit -S -f unlimited || command ulimit -S -f "$(command ulimit -H -f)"
  return $status
}

spool() {
  if [ ! -d "$QUEUE" ] || [ -h "$QUEUE" ] || [ ! -O "$QUEUE" ]; then
    lost nospool
    return 0
  fi
  step=open
  {
    step=write
    printf '%s\n' "$head" && read_payload && printf '\n\036OK %s\n' "$name"
  } >"$QUEUE/$name" || lost "$step$?"
}

# Only a process two forks away in a session of its own outlives the client's clean-up; the launcher makes it one.
# The clean environment keeps the agent's credentials and NODE_OPTIONS out.
start_forwarder() {
  (@FORWARDER@ &) </dev/null >/dev/null 2>&1
}

is_forwarder_alive() {
  leader=
  read -r leader rest <"$PID_FILE"
  case $leader in '' | *[!0-9]*) return 1 ;; esac
  kill -0 "$leader"
}

event=unknown installation=unknown
if is_id "${1-}"; then event=$1; fi
if is_id "${2-}"; then installation=$2; fi
session=${CLAUDE_CODE_SESSION_ID-}
parent_session=${ATEL_PARENT_SESSION-}
root_session=${ATEL_ROOT_SESSION-}
flag=
if is_id "$session"; then flag=$SESSIONS/$session; fi

find_marker
if [ -n "$marker" ]; then
  active=marker
elif [ "$SCOPE" = all ]; then
  active=all
elif [ -n "$parent_session" ]; then
  active=parent
elif [ -n "$flag" ] && [ -e "$flag" ]; then
  active=session
else
  exit 0 # unread: the client minds no closed pipe (measured on 2.0.14, 2.1.100 and 2.1.330)
fi
if [ -n "$flag" ] && [ ! -e "$flag" ]; then { :; } >"$flag"; fi

# The kernel's uuid names the event; elsewhere the process ids do, which repeat over time.
name=
read -r name <"$UUID_FILE"
case $name in
  '' | *[!0-9a-f-]*)
    n=0
    while name=$PPID.$$.$n && [ -e "$QUEUE/$name" ] && [ $n -lt 1000 ]; do n=$((n + 1)); done
    ;;
esac

env_file=
if [ "$event" = SessionStart ] && [ -n "${CLAUDE_ENV_FILE-}" ]; then write_env_file; fi

head="atel-spool/1 $event $installation $name$nl"
pid=${CLAUDE_PID-}
case $pid in '' | *[!0-9]*) pid=$PPID ;; esac
put pid "$pid"
put agent "${AI_AGENT-}"
put entrypoint "${CLAUDE_CODE_ENTRYPOINT-}"
put project_dir "${CLAUDE_PROJECT_DIR-}"
put session_id "$session"
put effort "${CLAUDE_EFFORT-}"
put traceparent "${TRACEPARENT-}"
put parent_session "$parent_session"
put root_session "$root_session"
put marker "$marker"
put active "$active"
put env_file "$env_file"

spool
case $event in
  SessionStart | SessionEnd) start_forwarder ;;
  UserPromptSubmit | Stop) is_forwarder_alive || start_forwarder ;;
esac
exit 0
