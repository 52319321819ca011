import { files } from './fs.ts'

/** Types of file systems, as `statfs` tells them, that may be written to by several machines: appends are not atomic there. */
const NETWORK_TYPES: ReadonlySet<number> = new Set([
  0x6969, // NFS
  0xff534d42, // CIFS
  0xfe534d42, // SMB2
  0x517b, // SMB
  0x01021997, // 9p
  0x65735546, // FUSE: sshfs, s3fs and others, which can't be told from local ones
  0x47504653, // GPFS
  0x0bd00bd0, // Lustre
  0x5346414f, // AFS
  0x00c36400, // Ceph
])

/** Whether a directory lies on a network file system. */
export function isNetworkFileSystem(path: string): boolean {
  try {
    const type = files.fileSystem(path)
    return type !== undefined && NETWORK_TYPES.has(type >>> 0)
  } catch {
    return false
  }
}
