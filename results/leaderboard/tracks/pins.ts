/**
 * Scenarios of the board's tracks, URI and content hash of each; those of the track `makespan` are
 * the suite `board-v1`. A test resolves all of them. What would change a hash would change the
 * scores of old entries, so intended changes become `board-v2`.
 */

export type Pins = readonly (readonly [uri: string, hash: string])[];

/**
 * Built-in networks as pipelines, in training and inference, on 4 to 8 accelerators. Both tracks of
 * the largest load share them.
 */
export const maxLoadPins: Pins = [
  ["resnet-50/4xP100", "2f9b725dc545079e7d6956969b06452847d160576146271def2cc4c602e0eab2"],
  ["inception-v3/8xK80", "2e9747c94c37d1a7cc4b8c7e5d605e7baeee338c0e58a47e287a3be6291722c5"],
  ["vgg-16/4xT4?phase=inference", "2b271ad4b16a14151701b93e870f7c3a2b5ef2d137a3eae1dc2361bb15ed466e"],
  ["bert-base/4xK80?tokens=384", "5d17dd6451bdc831fef39ed3fa7c6666b32b8fec4d56a56f3a2645785d2ecec9"],
  ["gnmt-2/4xP100?steps=10", "658419161ba2a9dcf805f99d0ff4777c38cc5e1de813c6543160437a997bceed"],
  ["transformer-big/4xV100-pcie", "178e3e14cb4591b4ed2c095ce52685f6f6d3032d75f2b86011c388ff1419a9ec"],
  ["wavenet/4xK80", "eb0084c4bcb5227dd9c2cc35414515e2d4c77c1aca29a395f7241619daecdf97"],
  [
    "nasnet-a-mobile/4xK80?phase=inference",
    "77e7bc176b323ca7c6c868ec929b6d7267616ca559f63f5a137d9687c5d9c46a",
  ],
  ["gpt2-355m/8xV100-nvlink", "9678626a09b0faa7f5259c1eb1ae9a0783d9619a4053eb77326793662f195cfe"],
  ["unet-gpipe/4xT4", "1fcd214fac2263f83fac82b05d3d7b8c103602cbb717d6565e6e977a5b26c666"],
];

/** Networks for inference on accelerators that hold about four tenths of the weights each. */
export const latencyPins: Pins = [
  [
    "inception-v3/4xP100?phase=inference&memory=40MB",
    "6188331cb6e58eab92f78372b49acd1236cec3a6fe68d82f8ecc1b84ea3addb5",
  ],
  [
    "resnet-50/4xK80?phase=inference&memory=40MB",
    "dff011ff667dccb09d3361c1b6d0a34acc0efa9162d21043df5e50a5bc4c3406",
  ],
  [
    "bert-base/4xP100?phase=inference&memory=180MB",
    "d65753c240ab942b5d5a9e017374ab0f91c4822b5513aa0545a082627cab9955",
  ],
  [
    "gnmt-2/4xP100?phase=inference&steps=10&memory=260MB",
    "2400a672070067d13ebb43e3e10a9adcf5af010c8e5883f10a310c1a6d967bac",
  ],
  [
    "nasnet-a-mobile/4xK80?phase=inference&memory=8MB",
    "f022f1094ecb550a3fa7b5333e5643287887b09c3818696ff996f8c688b2b67a",
  ],
  [
    "vit-b-16/4xT4?phase=inference&memory=140MB",
    "974251fd01ff12e98c51b0d69d7777dcc76f31d00be9ba962b737a5ad6810866",
  ],
  [
    "t5-small/4xT4?phase=inference&memory=110MB",
    "a97681ec2386a956ca4864fe1af85cb5b02dc52c2971c855e25acff6551574d2",
  ],
  [
    "dlrm-kaggle/4xV100-pcie?phase=inference&memory=900MB",
    "a238ee5323855d861cadfbede9810aed60a0fdc9f2f91a2e6f089ffd72fad6f0",
  ],
];

/**
 * Two members of each family's test split, one on a machine of the catalog and one on a cluster of
 * the test split of variants.
 */
export const generalisationPins: Pins = [
  ["enas-cifar/test/1/4xP100", "8f3a8deb552d2d57fad5e64142eb35a9074b43fa37572b62ae5c1e5c94fcfbc7"],
  ["enas-cifar/test/9/variant/test/0", "b111df4a7bcd0b609952e87a7a87e5f81abd20852708889ff6caf6f387b649b8"],
  ["enas-ptb/test/2/4xK80", "9ea58630a2b5b303cf0013f5354ab22e7cacc3ec88d18e85ceb542f6e8bf7b1f"],
  ["enas-ptb/test/12/variant/test/1", "d723c892a8c600822fdb7b9ee594e577cf4eb0f7a379e033ff056ed40b39c55b"],
  ["nmt/test/5/2xK80", "aa9d878aca61879836e920d74fb0e04e03da4b578f5ba565e3ec3ff85f056922"],
  ["nmt/test/14/variant/test/2", "e1aefe25e247efb1d0f09077d9fe7222f7b963fcd4e10d0152dcb8064d360fee"],
  ["inception/test/0/4xP100", "954ab5fc1b7ed7c79995ebc5c19e8461c39d33406e2d2bb3ece0b48dd1f16ce0"],
  ["inception/test/10/variant/test/3", "d1c0363bfac423079798fedfb1002df28bf1182cdecff3ba128730cc8b71396a"],
  ["transformer/test/3/4xP100", "826c2677518faeed599c8b4d3742067a66a5ff137c3372834a445d904f87ad89"],
  ["transformer/test/11/variant/test/4", "42b7b76194c41e88b9870261fe5e6e3014ae85a2bcb34d086298c53a5e7cfd9b"],
  ["layered/test/21/8xK80", "f75d509f84ac3e4e144fc9b59757afe3ae5a73469f5934c2bedad2f8614a6df4"],
  ["layered/test/22/variant/test/5", "15c3142f3b281b4b023a5b41db90577c221028390c1a45ca303a2899858ee0e4"],
  ["series-parallel/test/31/4xP100", "fb3f8a44c6f95cb6c1671482ac64c0a8969b510b9b536b0851a9ba41c55d4ac0"],
  [
    "series-parallel/test/32/variant/test/6",
    "9ca82e898a3b799fc45412305d0e64c4db29786efb5e511cfa7e367f97119479",
  ],
  ["regal/test/7/4xP100", "3fd5e1551c77e87c9b18b53e4a74a25497f3ca8c3df977d31507296334259ee0"],
  ["regal/test/8/variant/test/7", "b7f1417cd1d89350f2afb9596fc16c44ee1eb5adf452de48ce9c22387253dca0"],
];
