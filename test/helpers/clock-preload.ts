/**
 * Loaded before a program (`node --import`): its wall clock is off by as many milliseconds as the file named by
 * `ATEL_TEST_CLOCK` holds, from the moment on at which it holds them.
 */
import { readFileSync } from 'node:fs';

const file = process.env['ATEL_TEST_CLOCK'] ?? '';
const systemNow = Date.now;
Date.now = () => systemNow() + Number(readFileSync(file, 'utf8'));
