import { CreateBucketCommand, PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3'
import { type CephRgw, startCephRgw } from '../s3/ceph-rgw.ts'

/** Starts a Ceph object gateway with the buckets of the spaces `public`, which anybody may read and list, `private` and `user`. */
export async function startCephSpaces(): Promise<CephRgw> {
  const server = await startCephRgw()
  const { url: endpoint, region, ...credentials } = server
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
  try {
    for (const space of ['public', 'private', 'user']) {
      await client.send(new CreateBucketCommand({ Bucket: `duckietown-${space}-storage` }))
    }
    const Bucket = 'duckietown-public-storage'
    await client.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(publicPolicy(Bucket)) }))
    return server
  } catch (error) {
    await server.close()
    throw error
  } finally {
    client.destroy()
  }
}

function publicPolicy(bucket: string): object {
  const allow = { Effect: 'Allow', Principal: { AWS: ['*'] } }
  const arn = `arn:aws:s3:::${bucket}`
  return {
    Version: '2012-10-17',
    Statement: [
      { ...allow, Action: ['s3:GetObject'], Resource: [`${arn}/*`] },
      { ...allow, Action: ['s3:ListBucket'], Resource: [arn] },
    ],
  }
}
