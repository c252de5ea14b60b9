/*
 * Times whole processes the way Claude Code starts hooks: posix_spawn, standard input from a file, wait. In C, since a
 * Node parent would add more than what is measured.
 *
 *   spawn <rounds> <parallel> <stdin file> -- <command> [args…] [-- <command> [args…]]…
 *
 * Every round runs each command once, in turns. With <parallel> > 1 so many workers do that at once. Prints one line per
 * run: <index of the command> <nanoseconds>.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;
#define MAX_COMMANDS 16
static char **commands[MAX_COMMANDS];

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static long long run(char **argv, const char *input) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  long long begin = now();
  pid_t pid;
  if (posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ) != 0) { perror(argv[0]); exit(1); }
  int status;
  waitpid(pid, &status, 0);
  long long took = now() - begin;
  posix_spawn_file_actions_destroy(&actions);
  return took;
}

int main(int argc, char **argv) {
  if (argc < 6) return 2;
  int rounds = atoi(argv[1]), parallel = atoi(argv[2]), count = 0;
  for (int i = 4; i < argc; i++) {
    if (strcmp(argv[i], "--") != 0) continue;
    argv[i] = NULL;
    if (count < MAX_COMMANDS) commands[count++] = &argv[i + 1];
  }
  for (int worker = 0; worker < parallel; worker++) {
    if (fork() != 0) continue;
    char *line = malloc((size_t)rounds * count * 32 + 1), *end = line;
    for (int r = 0; r < rounds; r++)
      for (int c = 0; c < count; c++) end += sprintf(end, "%d %lld\n", c, run(commands[c], argv[3]));
    if (write(1, line, (size_t)(end - line)) < 0) _exit(1);
    _exit(0);
  }
  while (wait(NULL) > 0);
  return 0;
}
